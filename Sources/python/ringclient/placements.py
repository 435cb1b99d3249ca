"""The ways in which a hash finds its slot: a continuum, a table, a rendezvous."""

from __future__ import annotations

import importlib
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable, Optional

from .hashes import HashFunction, murmur3_unseeded


def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError:
        return None


numpy = _numpy()
"""numpy where it is installed: it only makes the building of large rings faster."""

KeyText = Callable[[bytes], Optional[bytes]]
"""What of a key is hashed; ``None`` where the hash is 0 whatever the key."""


class Placement:
    """Answers which slot owns a key, as an index into the slots."""

    def index(self, key: bytes) -> int:
        """The owner of a key."""
        raise NotImplementedError

    def successors(self, key: bytes) -> Iterator[int]:
        """Every slot once, the owner first, then in the order in which the dialect would try them."""
        raise NotImplementedError

    def successors_of_hash(self, number: int) -> Iterator[int]:
        """The same for a key hash that the application gives in place of a key."""
        raise NotImplementedError


class Continuum(Placement):
    """Sorted points; a key belongs to the point at or after its hash, or to the one at or before it."""

    def __init__(
        self,
        points: Sequence[int],
        owners: Sequence[int],
        key_hash: HashFunction,
        key_text: KeyText | None = None,
        floor: bool = False,
        bits: int = 32,
    ) -> None:
        self.points = points
        self.owners = owners
        self._key_hash = key_hash
        self._key_text = key_text
        self._floor = floor
        self._mask = (1 << bits) - 1
        # A hash past the last point belongs to the first one.
        self._wrapped = array("I", owners)
        self._wrapped.append(owners[0])

    def index(self, key: bytes) -> int:
        return self._wrapped[self._position(self._hash(key))]

    def successors(self, key: bytes) -> Iterator[int]:
        return self.successors_of_hash(self._hash(key))

    def successors_of_hash(self, number: int) -> Iterator[int]:
        start = self._position(number & self._mask)
        count = len(self.points)
        step = -1 if self._floor else 1
        return _distinct(self.owners[(start + step * offset) % count] for offset in range(count))

    def _hash(self, key: bytes) -> int:
        text = key if self._key_text is None else self._key_text(key)
        return 0 if text is None else self._key_hash(text)

    def _position(self, number: int) -> int:
        if not self._floor:
            return bisect_left(self.points, number)
        before = bisect_right(self.points, number) - 1
        return bisect_left(self.points, self.points[before])


class Table(Placement):
    """A list of slots, indexed by the hash modulo its length."""

    def __init__(self, entries: Sequence[int], key_hash: HashFunction, key_text: KeyText | None = None) -> None:
        self.entries = array("I", entries)
        self._key_hash = key_hash
        self._key_text = key_text

    def index(self, key: bytes) -> int:
        return self.entries[self._hash(key) % len(self.entries)]

    def successors(self, key: bytes) -> Iterator[int]:
        return self.successors_of_hash(self._hash(key))

    def successors_of_hash(self, number: int) -> Iterator[int]:
        count = len(self.entries)
        return _distinct(self.entries[(number + offset) % count] for offset in range(count))

    def _hash(self, key: bytes) -> int:
        text = key if self._key_text is None else self._key_text(key)
        return 0 if text is None else self._key_hash(text)


def _distinct(slots: Iterable[int]) -> Iterator[int]:
    seen = set()
    for slot in slots:
        if slot not in seen:
            seen.add(slot)
            yield slot


class Rendezvous(Placement):
    """Every slot draws a number for the key; the highest owns it, of equals the one with the greater label."""

    def __init__(self, labels: Sequence[str], encode: Callable[[str], bytes], key_text: KeyText) -> None:
        self._texts = [encode(label) + b"-" for label in labels]
        order = sorted(range(len(labels)), key=lambda slot: labels[slot])
        self._ranks = [0] * len(labels)
        for rank, slot in enumerate(order):
            self._ranks[slot] = rank
        self._key_text = key_text

    def _draws(self, key: bytes) -> list[tuple[int, int, int]]:
        text = self._key_text(key) or b""
        return [
            (murmur3_unseeded(label + text), rank, slot)
            for slot, (label, rank) in enumerate(zip(self._texts, self._ranks))
        ]

    def index(self, key: bytes) -> int:
        return max(self._draws(key))[2]

    def successors(self, key: bytes) -> Iterator[int]:
        return (draw[2] for draw in sorted(self._draws(key), reverse=True))

    def successors_of_hash(self, number: int) -> Iterator[int]:
        return self.successors(b"%d" % number)


def words_of(digests: bytes) -> array[int]:
    """The little-endian 32-bit words of some bytes."""
    words = array("I")
    if words.itemsize != 4:
        return array("L", struct.unpack(f"<{len(digests) // 4}I", digests))
    words.frombytes(digests)
    if sys.byteorder == "big":
        words.byteswap()
    return words


def sorted_points(words: array[int], owners: array[int]) -> tuple[array[int], array[int]]:
    """Points in rising order with their owners; equal points stay in the order given."""
    if numpy is not None and words.itemsize == 4:
        values = numpy.frombuffer(words, dtype="u4")
        order = numpy.argsort(values, kind="stable")
        return _array(values[order].tobytes()), _array(numpy.frombuffer(owners, dtype="u4")[order].tobytes())
    pairs = sorted(word << 32 | place for place, word in enumerate(words))
    return array("I", (pair >> 32 for pair in pairs)), array("I", (owners[pair & 0xFFFFFFFF] for pair in pairs))


def _array(data: bytes) -> array[int]:
    result = array("I")
    result.frombytes(data)
    return result
