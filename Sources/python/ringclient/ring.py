"""A ring that is ready to answer: the snapshot and the points built from it."""

from __future__ import annotations

import array
import hashlib
import sys
from collections.abc import Iterator, Mapping
from typing import Union

from .dialects import Member, named, place
from .errors import SnapshotError
from .placements import Placement
from .signatures import check_signature
from .snapshot import Slot, Snapshot, decode

Key = Union[str, bytes]

_AGREEMENT_KEYS = [b"ringd-agreement-%d" % number for number in range(4096)]


class Ring:
    """One version of a ring; it never changes, so any thread may ask it anything."""

    __slots__ = ("snapshot", "slots", "_index", "_placement")

    def __init__(self, snapshot: Snapshot) -> None:
        """Builds the ring of a snapshot and proves that it is the ring that everybody else has."""
        dialect = named(snapshot.dialect)
        if dialect.name == "pinned-ketama":
            labels = [slot.label.encode() for slot in snapshot.slots]
            if labels != sorted(labels):
                raise SnapshotError("invalid-value", "the slots are not in the order of their labels", "slots")
        members = [Member(slot.label, slot.weight, slot.points) for slot in snapshot.slots]
        self.snapshot = snapshot
        self.slots = snapshot.slots
        self._placement = place(snapshot.dialect, snapshot.options, members)
        self._index = self._placement.index
        if agreement(self._placement) != snapshot.agreement:
            problem = "this client does not compute the ring that was published"
            raise SnapshotError("agreement-mismatch", problem, "agreement")

    @property
    def version(self) -> int:
        """The number of the version."""
        return self.snapshot.version

    def index(self, key: Key) -> int:
        """The owner of a key, as an index into `slots`."""
        return self._index(key.encode() if isinstance(key, str) else key)

    def owner(self, key: Key) -> Slot:
        """The slot that answers for a key."""
        return self.slots[self._index(key.encode() if isinstance(key, str) else key)]

    def successors(self, key: Key) -> Iterator[Slot]:
        """Every slot once, the owner of the key first: where replicas of it would go."""
        for index in self._placement.successors(key.encode() if isinstance(key, str) else key):
            yield self.slots[index]

    def successors_of_hash(self, number: int) -> Iterator[Slot]:
        """The same for a key hash that the application gives in place of a key."""
        for index in self._placement.successors_of_hash(number):
            yield self.slots[index]


def agreement(placement: Placement) -> str:
    """SHA-256 over the owners of the 4,096 agreement keys."""
    owners = array.array("I", map(placement.index, _AGREEMENT_KEYS))
    if sys.byteorder == "big":
        owners.byteswap()
    return "sha256:" + hashlib.sha256(owners.tobytes()).hexdigest()


def checked(data: bytes, pool: str, keys: Mapping[str, bytes] | None = None) -> Snapshot:
    """The snapshot of a file, after every check that needs neither history nor the ring.

    With `keys`, 32 bytes of Ed25519 under each key id, it must be signed by one of them.
    """
    snapshot = decode(data, pool)
    if keys:
        check_signature(snapshot, keys)
    return snapshot


def load(data: bytes, pool: str, keys: Mapping[str, bytes] | None = None) -> Ring:
    """The ring of a snapshot file, after every check that needs no history."""
    return Ring(checked(data, pool, keys))
