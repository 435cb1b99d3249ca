"""Ed25519 of RFC 8032: only the verification of signatures, in plain integers, for where `cryptography` is missing.

Nothing here is secret, so it needs no constant time. A verification takes some milliseconds.
"""

from __future__ import annotations

import hashlib

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
"""Extended coordinates: X, Y, Z and T with x = X/Z, y = Y/Z, xy = T/Z."""

_ZERO: _Point = (0, 1, 1, 0)


def _decoded(text: bytes) -> _Point | None:
    """The point that 32 bytes stand for; ``None`` where they stand for none."""
    number = int.from_bytes(text, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _sum(a: _Point, b: _Point) -> _Point:
    first = (a[1] - a[0]) * (b[1] - b[0]) % _P
    second = (a[1] + a[0]) * (b[1] + b[0]) % _P
    third = 2 * a[3] * b[3] * _D % _P
    fourth = 2 * a[2] * b[2] % _P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _base() -> _Point:
    point = _decoded((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    assert point is not None
    return point


_BASE = _base()


def is_valid(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the signature of the message by the key of these 32 bytes."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = _decoded(public_key)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or scalar >= _ORDER:
        return False
    negated = (_P - key[0], key[1], 1, _P - key[3])
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    factor = int.from_bytes(digest, "little") % _ORDER
    # scalar * base - factor * key, both at once: of each bit the sum of what it selects.
    both = _sum(_BASE, negated)
    result = _ZERO
    for bit in range(max(scalar.bit_length(), factor.bit_length()) - 1, -1, -1):
        result = _sum(result, result)
        choice = scalar >> bit & 1 | (factor >> bit & 1) << 1
        if choice:
            result = _sum(result, (_BASE, negated, both)[choice - 1])
    return _encoded(result) == signature[:32]
