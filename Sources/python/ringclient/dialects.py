"""The rules by which families of clients turn slots into owners of keys.

A dialect hashes the labels of slots, never their hosts and ports. Each formula keeps the order and the precision of its
reference, because the rounding decides how many points a slot has: libmemcached gives 25 equal servers 156 points each.
"""

from __future__ import annotations

import hashlib
import math
import struct
from array import array
from collections.abc import Mapping, Sequence
from typing import Callable, NamedTuple

from . import hashes
from .addresses import is_ip_address
from .errors import SnapshotError
from .placements import Continuum, KeyText, Placement, Rendezvous, Table, sorted_points, words_of

POINT_LIMIT = 1 << 24
"""The most points, or entries of a table, that one ring may have."""


class Member(NamedTuple):
    """A slot as a dialect sees it."""

    label: str
    weight: int
    points: int | None = None
    """Only the first so many of the slot's points; ``None`` for all."""


Options = Mapping[str, str]
_Build = Callable[[Sequence[Member], Options], Placement]


class Dialect(NamedTuple):
    """One dialect: how a server is labelled where nobody says otherwise, what may be set, how the ring is built."""

    name: str
    default_weight: int
    port_always: bool
    """Whether a default label names the port 11211 too."""
    has_continuum: bool
    options: Mapping[str, Sequence[str] | None]
    """The options, with the values that each may have; ``None`` for any text."""
    build: _Build

    def label(self, host: str, port: int | None) -> str:
        """The text that the dialect's own client hashes for a server."""
        if port is None or (port == 11211 and not self.port_always):
            return host
        return f"{host}:{port}"


def place(name: str, options: Options, members: Sequence[Member]) -> Placement:
    """Builds the ring of some slots, in the order of the ring.

    Raises `SnapshotError` for an unknown dialect or option, and for a ring that cannot be.
    """
    dialect = named(name)
    settings: dict[str, str] = {}
    for option, value in options.items():
        if option not in dialect.options:
            raise SnapshotError("unknown-option", f"{name} has no option '{option}'", "dialect.options")
        values = dialect.options[option]
        if values is _FLAG:
            value = {"1": "true", "0": "false"}.get(value, value)
        if values is not None and value not in values:
            raise SnapshotError("unknown-option", f"{option} cannot be '{value}'", "dialect.options")
        settings[option] = value
    if not members:
        raise SnapshotError("no-slots", "there is no slot", "slots")
    return dialect.build(members, settings)


def named(name: str) -> Dialect:
    """The dialect of that name."""
    try:
        return _DIALECTS[name]
    except KeyError:
        raise SnapshotError("unknown-dialect", f"this client does not compute '{name}'", "dialect.name") from None


# Points


def _f32(value: float) -> float:
    result: float = struct.unpack("f", struct.pack("f", value))[0]
    return result


def _ketama_counts(members: Sequence[Member]) -> list[int]:
    """Weighted ketama of libmemcached and twemproxy, in single precision throughout."""
    weights = [max(1, member.weight) for member in members]
    total = _f32(sum(weights))
    epsilon = _f32(1e-10)
    count = _f32(len(members))
    counts = []
    for weight in weights:
        share = _f32(_f32(weight) / total)
        repetitions = _f32(_f32(_f32(_f32(share * 160) / 4) * count) + epsilon)
        counts.append(math.floor(repetitions) * 4)
    return counts


def _pinned_counts(members: Sequence[Member]) -> list[int]:
    return [max(1, (160 * member.weight + 50) // 100) for member in members]


def _dalli_counts(members: Sequence[Member]) -> list[int]:
    total = float(sum(member.weight for member in members))
    return [math.floor(len(members) * 160 * member.weight / total) for member in members]


def _cut(members: Sequence[Member], counts: Sequence[int]) -> list[int]:
    """As many points as the snapshot publishes, which is fewer while a slot ramps and never more."""
    result = []
    for place, (member, full) in enumerate(zip(members, counts)):
        if member.points is not None and member.points > full:
            problem = f"{member.points} points, and at this weight the slot has {full}"
            raise SnapshotError("invalid-value", problem, f"slots[{place}].points")
        result.append(full if member.points is None else member.points)
    if sum(result) > POINT_LIMIT:
        raise SnapshotError("too-large", f"{sum(result)} points, and {POINT_LIMIT} are the limit", "slots")
    if sum(result) == 0:
        raise SnapshotError("invalid-value", "no slot has a point", "slots")
    return result


def _md5_ring(
    members: Sequence[Member],
    order: Sequence[int],
    counts: Sequence[int],
    key_hash: hashes.HashFunction,
    key_text: KeyText | None = None,
) -> Continuum:
    digests = bytearray()
    owners = array("I")
    md5 = hashlib.md5
    counts = _cut(members, counts)
    for slot in order:
        points = counts[slot]
        start = md5(members[slot].label.encode() + b"-", usedforsecurity=False)
        end = len(digests) + 4 * points
        for repetition in range((points + 3) // 4):
            block = start.copy()
            block.update(b"%d" % repetition)
            digests += block.digest()
        del digests[end:]
        owners.extend([slot] * points)
    points_in_order, owners_in_order = sorted_points(words_of(bytes(digests)), owners)
    return Continuum(points_in_order, owners_in_order, key_hash, key_text)


# Orders


def _as_listed(members: Sequence[Member]) -> Sequence[int]:
    return range(len(members))


def _by_label(members: Sequence[Member]) -> Sequence[int]:
    return sorted(range(len(members)), key=lambda slot: members[slot].label.encode())


def _by_length(members: Sequence[Member]) -> Sequence[int]:
    def key(slot: int) -> tuple[int, bytes]:
        label = members[slot].label.encode()
        return len(label), label

    return sorted(range(len(members)), key=key)


def _by_host(members: Sequence[Member]) -> Sequence[int]:
    def key(slot: int) -> tuple[bytes, int]:
        label = members[slot].label
        host, colon, port = label.rpartition(":")
        # What is an IPv6 address as a whole has no port.
        if not colon or not port.isdecimal() or is_ip_address(label):
            return label.encode(), 11211
        return host.encode(), int(port)

    return sorted(range(len(members)), key=key)


# Dialects


def _pinned_ketama(members: Sequence[Member], options: Options) -> Placement:
    return _md5_ring(members, _by_label(members), _pinned_counts(members), hashes.md5)


def _libmemcached_text(options: Options) -> KeyText | None:
    namespace = options.get("namespace", "").encode()
    if options.get("hash_with_namespace") != "true":
        return None

    def text(key: bytes) -> bytes | None:
        whole = namespace + key
        return whole if len(whole) <= 250 else None

    return text


def _libmemcached_order(members: Sequence[Member], options: Options) -> Sequence[int]:
    return _by_host(members) if options.get("sort_hosts") == "true" else _as_listed(members)


def _libmemcached_weighted(members: Sequence[Member], options: Options) -> Placement:
    order = _libmemcached_order(members, options)
    key_hash = hashes.LIBHASHKIT[options.get("hash", "md5")]
    return _md5_ring(members, order, _ketama_counts(members), key_hash, _libmemcached_text(options))


def _libmemcached_modula(members: Sequence[Member], options: Options) -> Placement:
    order = _libmemcached_order(members, options)
    return Table(order, hashes.LIBHASHKIT[options.get("hash", "one_at_a_time")], _libmemcached_text(options))


def _twemproxy_ketama(members: Sequence[Member], options: Options) -> Placement:
    key_hash = hashes.TWEMPROXY[options.get("hash", "fnv1a_64")]
    marks = options.get("hash_tag", "").encode()
    if len(marks) not in (0, 2):
        raise SnapshotError("unknown-option", "hash_tag is two ASCII characters", "dialect.options")

    def text(key: bytes) -> bytes:
        start = key.find(marks[:1])
        end = key.find(marks[1:], start + 1) if start >= 0 else -1
        return key[start + 1 : end] if end > start + 1 else key

    order = _by_length(members)
    return _md5_ring(members, order, _ketama_counts(members), key_hash, text if marks else None)


def _low_bytes(text: str) -> bytes:
    return bytes(ord(character) & 0xFF for character in text)


def _pymemcache(members: Sequence[Member], options: Options) -> Placement:
    if options.get("key_type") == "bytes":
        return Rendezvous([member.label for member in members], _low_bytes, lambda key: repr(key).encode())

    def text(key: bytes) -> bytes:
        return key if key.isascii() else _low_bytes(key.decode(errors="replace"))

    return Rendezvous([member.label for member in members], _low_bytes, text)


def _python_memcached(members: Sequence[Member], options: Options) -> Placement:
    if sum(member.weight for member in members) > POINT_LIMIT:
        raise SnapshotError("too-large", f"the table would have more than {POINT_LIMIT} entries", "slots")
    return Table([slot for slot, member in enumerate(members) for _ in range(member.weight)], hashes.crc15)


def _dalli(members: Sequence[Member], options: Options) -> Placement:
    counts = _cut(members, _dalli_counts(members))
    digests = b"".join(
        hashlib.sha1(f"{member.label}:{point}".encode(), usedforsecurity=False).digest()[3::-1]
        for member, count in zip(members, counts)
        for point in range(count)
    )
    owners = array("I", (slot for slot, count in enumerate(counts) for _ in range(count)))
    namespace = f"{options['namespace']}:" if options.get("namespace") else ""

    def text(key: bytes) -> bytes:
        whole = namespace.encode() + key
        if len(whole) <= 250:
            return whole
        characters = whole.decode(errors="replace")
        if len(characters) <= 250:
            return whole
        kept = characters[: 213 if namespace else 212]
        return f"{kept}:md5:{hashlib.md5(whole, usedforsecurity=False).hexdigest()}".encode()

    points, owners = sorted_points(words_of(digests), owners)
    return Continuum(points, owners, hashes.crc32, text, floor=True)


def _crc_low16(key: bytes) -> int:
    return hashes.crc32(key) & 0xFFFF


def _seed_gist(members: Sequence[Member], options: Options) -> Placement:
    taken: dict[int, int] = {}
    counts = _cut(members, [member.weight for member in members])
    for slot, (member, count) in enumerate(zip(members, counts)):
        for point in range(count):
            taken.setdefault(_crc_low16(f"{member.label}_{point}".encode()), slot)
    points = sorted(taken)
    return Continuum(array("I", points), array("I", (taken[point] for point in points)), _crc_low16, bits=16)


_FLAG = ("true", "false")
_LIBMEMCACHED_OPTIONS: dict[str, Sequence[str] | None] = {
    "hash": tuple(hashes.LIBHASHKIT),
    "ketama_hash": tuple(hashes.LIBHASHKIT),
    "sort_hosts": _FLAG,
    "hash_with_namespace": _FLAG,
    "namespace": None,
}

_DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        Dialect("pinned-ketama", 100, False, True, {}, _pinned_ketama),
        Dialect(
            "libmemcached-ketama-weighted",
            1,
            False,
            True,
            {"distribution": ("ketama_weighted",), **_LIBMEMCACHED_OPTIONS},
            _libmemcached_weighted,
        ),
        Dialect(
            "libmemcached-modula",
            1,
            False,
            False,
            {"distribution": ("modula",), **_LIBMEMCACHED_OPTIONS},
            _libmemcached_modula,
        ),
        Dialect(
            "twemproxy-ketama",
            1,
            False,
            True,
            {"distribution": ("ketama",), "hash": tuple(hashes.TWEMPROXY), "hash_tag": None},
            _twemproxy_ketama,
        ),
        Dialect(
            "pymemcache-rendezvous",
            1,
            True,
            False,
            {"key_type": ("str", "bytes"), "key_prefix": None},
            _pymemcache,
        ),
        Dialect("python-memcached", 1, True, False, {}, _python_memcached),
        Dialect("dalli", 1, True, True, {"namespace": None}, _dalli),
        Dialect("seed-gist", 200, True, True, {}, _seed_gist),
    )
}

DIALECTS = tuple(_DIALECTS)
"""The names of the dialects that this client computes."""
