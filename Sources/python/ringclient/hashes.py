"""The hash functions of memcached clients, as those clients really compute them.

Each takes bytes and returns an unsigned 32-bit number. C code with plain ``char`` extends the sign of a byte before it
is mixed in; ``_signed`` does the same, and shows only for bytes of 0x80 and above.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import Callable

HashFunction = Callable[[bytes], int]

_MASK = 0xFFFFFFFF
_first_word = struct.Struct("<I").unpack_from


def _signed(byte: int) -> int:
    return byte | 0xFFFFFF00 if byte & 0x80 else byte


def md5(data: bytes) -> int:
    """The first four bytes of MD5, little-endian."""
    word: int = _first_word(hashlib.md5(data, usedforsecurity=False).digest())[0]
    return word


def crc32(data: bytes) -> int:
    """CRC-32 as in zlib."""
    return zlib.crc32(data)


def crc15(data: bytes) -> int:
    """Bits 16 to 30 of CRC-32: what most clients mean by ``crc``."""
    return zlib.crc32(data) >> 16 & 0x7FFF


def crc16(data: bytes) -> int:
    """twemproxy's CRC-16, whose accumulator is never cut to 16 bits."""
    value = 0
    for byte in data:
        value = (value << 8 ^ _CRC16[(value >> 8 ^ byte) & 0xFF]) & _MASK
    return value


def _crc16_entry(byte: int) -> int:
    value = byte << 8
    for _ in range(8):
        value = value << 1 ^ 0x1021 if value & 0x8000 else value << 1
    return value & 0xFFFF


_CRC16 = [_crc16_entry(byte) for byte in range(256)]


def one_at_a_time(data: bytes) -> int:
    """Bob Jenkins' one-at-a-time over signed bytes, the default of libmemcached."""
    value = 0
    for byte in data:
        value = (value + _signed(byte)) * 1025 & _MASK
        value ^= value >> 6
    value = value * 9 & _MASK
    value ^= value >> 11
    return value * 32769 & _MASK


def fnv1_32(data: bytes) -> int:
    """FNV-1 over signed bytes."""
    value = 2166136261
    for byte in data:
        value = value * 16777619 & _MASK ^ _signed(byte)
    return value


def fnv1a_32(data: bytes) -> int:
    """FNV-1a over signed bytes."""
    value = 2166136261
    for byte in data:
        value = (value ^ _signed(byte)) * 16777619 & _MASK
    return value


def fnv1_64(data: bytes) -> int:
    """The low half of FNV-1 in 64 bits over signed bytes."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = value * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        value ^= byte | 0xFFFFFFFFFFFFFF00 if byte & 0x80 else byte
    return value & _MASK


def fnv1a_64(data: bytes) -> int:
    """What libhashkit and twemproxy call ``fnv1a_64``: it works in 32 bits."""
    value = 0x84222325
    for byte in data:
        value = (value ^ _signed(byte)) * 0x1B3 & _MASK
    return value


def murmur(data: bytes) -> int:
    """MurmurHash2 with a seed that depends on the length."""
    length = len(data)
    value = 0xDEADBEEF * length & _MASK ^ length
    whole = length & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * 0x5BD1E995 & _MASK
        word ^= word >> 24
        value = value * 0x5BD1E995 & _MASK ^ word * 0x5BD1E995 & _MASK
    if length & 3:
        value = (value ^ int.from_bytes(data[whole:], "little")) * 0x5BD1E995 & _MASK
    value ^= value >> 13
    value = value * 0x5BD1E995 & _MASK
    return value ^ value >> 15


def murmur3_seeded(data: bytes, seed: int) -> int:
    """MurmurHash3, x86, 32 bits."""
    value = seed
    whole = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * 0xCC9E2D51 & _MASK
        word = (word << 15 | word >> 17) * 0x1B873593 & _MASK
        value ^= word
        value = ((value << 13 | value >> 19) & _MASK) * 5 + 0xE6546B64 & _MASK
    if len(data) & 3:
        word = int.from_bytes(data[whole:], "little") * 0xCC9E2D51 & _MASK
        value ^= (word << 15 | word >> 17) * 0x1B873593 & _MASK
    value ^= len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16


def murmur3(data: bytes) -> int:
    """MurmurHash3 as libhashkit seeds it."""
    return murmur3_seeded(data, 0xDEADBEEF * len(data) & _MASK)


def murmur3_unseeded(data: bytes) -> int:
    """MurmurHash3 with seed 0, as pymemcache has it."""
    return murmur3_seeded(data, 0)


def _rotated(word: int, count: int) -> int:
    return (word << count | word >> 32 - count) & _MASK


def jenkins(data: bytes) -> int:
    """Bob Jenkins' lookup3 ``hashlittle`` with initval 13."""
    a = b = c = 0xDEADBEEF + len(data) + 13 & _MASK
    position = 0
    x: int
    y: int
    z: int
    while len(data) - position > 12:
        x, y, z = struct.unpack_from("<III", data, position)
        a, b, c = a + x & _MASK, b + y & _MASK, c + z & _MASK
        a = a - c & _MASK ^ _rotated(c, 4)
        c = c + b & _MASK
        b = b - a & _MASK ^ _rotated(a, 6)
        a = a + c & _MASK
        c = c - b & _MASK ^ _rotated(b, 8)
        b = b + a & _MASK
        a = a - c & _MASK ^ _rotated(c, 16)
        c = c + b & _MASK
        b = b - a & _MASK ^ _rotated(a, 19)
        a = a + c & _MASK
        c = c - b & _MASK ^ _rotated(b, 4)
        b = b + a & _MASK
        position += 12
    if position == len(data):
        return c
    x, y, z = struct.unpack("<III", data[position:].ljust(12, b"\0"))
    a, b, c = a + x & _MASK, b + y & _MASK, c + z & _MASK
    c = (c ^ b) - _rotated(b, 14) & _MASK
    a = (a ^ c) - _rotated(c, 11) & _MASK
    b = (b ^ a) - _rotated(a, 25) & _MASK
    c = (c ^ b) - _rotated(b, 16) & _MASK
    a = (a ^ c) - _rotated(c, 4) & _MASK
    b = (b ^ a) - _rotated(a, 14) & _MASK
    return (c ^ b) - _rotated(b, 24) & _MASK


def hsieh(data: bytes) -> int:
    """Paul Hsieh's SuperFastHash as libhashkit has it: from 0, the third byte of a tail signed."""
    value = 0
    low: int
    high: int
    whole = len(data) & ~3
    for low, high in struct.iter_unpack("<HH", data[:whole]):
        value = value + low & _MASK
        value = (value << 16 ^ high << 11 ^ value) & _MASK
        value = value + (value >> 11) & _MASK
    tail = data[whole:]
    if len(tail) == 3:
        value = value + (tail[0] | tail[1] << 8) & _MASK
        value = (value ^ value << 16 ^ _signed(tail[2]) << 18) & _MASK
        value = value + (value >> 11) & _MASK
    elif len(tail) == 2:
        value = value + (tail[0] | tail[1] << 8) & _MASK
        value = (value ^ value << 11) & _MASK
        value = value + (value >> 17) & _MASK
    elif tail:
        value = value + tail[0] & _MASK
        value = (value ^ value << 10) & _MASK
        value = value + (value >> 1) & _MASK
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value = (value ^ value << left) & _MASK
        value = value + (value >> right) & _MASK
    return value


LIBHASHKIT: dict[str, HashFunction] = {
    "one_at_a_time": one_at_a_time,
    "md5": md5,
    "crc": crc15,
    "fnv1_64": fnv1_64,
    "fnv1a_64": fnv1a_64,
    "fnv1_32": fnv1_32,
    "fnv1a_32": fnv1a_32,
    "murmur": murmur,
    "jenkins": jenkins,
    "murmur3": murmur3,
}
"""What the ``hash`` option of the libmemcached dialects may say."""

TWEMPROXY: dict[str, HashFunction] = {
    "one_at_a_time": one_at_a_time,
    "md5": md5,
    "crc16": crc16,
    "crc32": crc15,
    "crc32a": crc32,
    "fnv1_64": fnv1_64,
    "fnv1a_64": fnv1a_64,
    "fnv1_32": fnv1_32,
    "fnv1a_32": fnv1a_32,
    "hsieh": hsieh,
    "murmur": murmur,
    "jenkins": jenkins,
}
"""What the ``hash`` option of ``twemproxy-ketama`` may say."""
