"""The connections of an adapter: one for each node of the current ring."""

from __future__ import annotations

import os
import threading
from typing import Callable, Generic, TypeVar

from .live import LiveRing
from .ring import Ring
from .snapshot import Slot

Connection = TypeVar("Connection")

_forks = 0
_abandoned: list[object] = []


def _count_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_count_fork)


class Connections(Generic[Connection]):
    """Opens a connection when a node is first asked, and closes it when the node has left the ring.

    After a fork the child opens its own: a socket that two processes use mixes up their answers. What the parent opened
    is neither used nor closed in the child, since some libraries say goodbye to the server when they close.
    """

    def __init__(
        self,
        live: LiveRing,
        open_to: Callable[[Slot], Connection],
        close: Callable[[Connection], None],
    ) -> None:
        self._live = live
        self._open_to = open_to
        self._close = close
        self._lock = threading.Lock()
        self._forks = _forks
        self._ring: Ring | None = None
        self._open: dict[str, Connection] = {}

    def ring(self) -> Ring:
        """The current ring, once the connections to nodes that are not on it any more are closed."""
        ring = self._live.current
        if ring is not self._ring or self._forks != _forks:
            self._follow(ring)
        return ring

    def to(self, slot: Slot) -> Connection:
        """The connection to the node of a slot."""
        connection = self._open.get(slot.address)
        if connection is not None:
            return connection
        with self._lock:
            if slot.address not in self._open:
                self._open = {**self._open, slot.address: self._open_to(slot)}
            return self._open[slot.address]

    def all(self) -> list[Connection]:
        """The connections that are open."""
        return list(self._open.values())

    def _follow(self, ring: Ring) -> None:
        if self._forks != _forks:
            # The lock may have been held by a thread that the child does not have.
            self._lock = threading.Lock()
            self._forks = _forks
            _abandoned.append(self._open)
            self._open = {}
        with self._lock:
            addresses = {slot.address for slot in ring.slots}
            gone = [self._open[address] for address in self._open if address not in addresses]
            self._open = {address: self._open[address] for address in self._open if address in addresses}
            self._ring = ring
        for connection in gone:
            self._close(connection)
