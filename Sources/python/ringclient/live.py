"""`LiveRing`: a ring that follows the snapshots that `ringd` publishes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import threading
import time
import weakref
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Callable

from . import files
from .errors import SnapshotError
from .ring import Key, Ring, checked, load
from .signatures import checked_keys
from .snapshot import BYTE_LIMIT, Place, Slot, parsed_time

logger = logging.getLogger("ringclient")

REREAD_SECONDS = 60.0
"""How long a file is trusted that looks unchanged: some kernels stamp files with a coarse clock."""

_ALIVE_LIMIT = 4096


@dataclass(frozen=True)
class RingState:
    """How a `LiveRing` is doing: what a health page shows."""

    pool: str
    epoch: int
    version: int
    digest: str
    age: float
    """Seconds since this client took the version; a ring may rightly be a year old."""
    loads: int
    """Versions that were taken, the first included."""
    failures: int
    """Polls that found something wrong, alarms included."""
    alarms: int
    """Snapshots with the number of the current version and another content: two writers, or a forgery."""
    last_error: SnapshotError | None
    """What the last poll found wrong; ``None`` once a poll finds everything in order."""
    alive_age: float | None
    """Seconds since `ringd` last said that it is alive, ``None`` where it does not; never a reason to drop the ring."""


class LiveRing:
    """The current ring of a pool, which replaces itself whenever a new version is published.

    Look-ups take no lock and never wait: they read one reference to an immutable `Ring`. A daemon thread asks for the
    state of the file at least once in `poll` seconds, and reads it when it has changed. Whatever is wrong
    with the new file, the last good ring stays. Only the first load raises.

    After a fork the child goes on by itself. With `keep`, the path of a file of one's own, the last good snapshot
    outlives the process: it serves while the published file is missing or bad, and nothing older is taken.

    With `keys`, Ed25519 public keys of 32 bytes under their ids as `read_keys` reads them, only snapshots that one of
    them signed are taken.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        pool: str,
        *,
        poll: float = 1.0,
        keys: Mapping[str, bytes] | None = None,
        keep: str | os.PathLike[str] | None = None,
    ) -> None:
        if not poll > 0:
            raise ValueError(f"poll is {poll}, and a poll takes time")
        self.path = os.path.abspath(os.fspath(path))
        self.pool = pool
        self.poll = poll
        self._keys = checked_keys(keys) if keys is not None else {}
        self._keep = os.fspath(keep) if keep is not None else None
        self._stamp: files.Stamp | None = None
        self._read_again_at = 0.0
        self._failed_in_a_row = 0
        self._loads = 0
        self._failures = 0
        self._alarms = 0
        self._last_error: SnapshotError | None = None
        self._subscribers: list[Callable[[Ring], None]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        #: The ring now. Whoever asks several things about one version keeps this reference.
        self.current: Ring = self._first()
        self._since = time.monotonic()
        _live.add(self)
        self._start()

    # Look-ups

    def owner(self, key: Key) -> Slot:
        """The slot that answers for a key in the current ring."""
        return self.current.owner(key)

    @property
    def state(self) -> RingState:
        """How this follower is doing. Reads `alive.json`, so ask it for health pages and not in loops."""
        snapshot = self.current.snapshot
        return RingState(
            pool=self.pool,
            epoch=snapshot.epoch,
            version=snapshot.version,
            digest=snapshot.digest,
            age=time.monotonic() - self._since,
            loads=self._loads,
            failures=self._failures,
            alarms=self._alarms,
            last_error=self._last_error,
            alive_age=self._alive_age(),
        )

    # Changes

    def subscribe(self, call: Callable[[Ring], None]) -> Callable[[], None]:
        """Calls with each new ring, after look-ups see it, from the polling thread; returns how to end that."""
        self._subscribers = [*self._subscribers, call]

        def unsubscribe() -> None:
            self._subscribers = [other for other in self._subscribers if other is not call]

        return unsubscribe

    async def changes(self) -> AsyncIterator[Ring]:
        """The current ring and then each new one; whoever is slow gets the newest."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake(_: Ring) -> None:
            try:
                loop.call_soon_threadsafe(changed.set)
            except RuntimeError:  # the loop was closed
                unsubscribe()

        unsubscribe = self.subscribe(wake)
        try:
            last: Ring | None = None
            while True:
                if self.current is not last:
                    last = self.current
                    yield last
                await changed.wait()
                changed.clear()
        finally:
            unsubscribe()

    # Following

    def check(self) -> bool:
        """Looks at the file now; whether a new ring was taken. Raises nothing: `state` has what went wrong."""
        with self._lock:
            try:
                ring = self._changed_ring(self.current)
            except SnapshotError as error:
                self._refuse(error)
                return False
            except Exception as error:  # a defect of this package must not end the following
                logger.exception("reading %s failed", self.path)
                self._refuse(SnapshotError("unreadable", repr(error)))
                return False
            if ring is None:
                return False
            self.current = ring
            self._since = time.monotonic()
            self._loads += 1
        for call in self._subscribers:
            try:
                call(ring)
            except Exception:
                logger.exception("a subscriber of %s failed", self.path)
        return True

    def close(self) -> None:
        """Stops following. The last ring goes on answering."""
        _live.discard(self)
        self._stop.set()

    def __enter__(self) -> LiveRing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _first(self) -> Ring:
        kept: Ring | None = None
        if self._keep is not None:
            try:
                kept = load(files.read(self._keep, BYTE_LIMIT)[0], self.pool, self._keys)
            except SnapshotError as error:
                logger.info("no kept snapshot of pool %s: %s", self.pool, error)
        self._loads = 1
        try:
            ring = self._changed_ring(kept)
        except SnapshotError as error:
            if kept is None:
                raise
            self._refuse(error)
            return kept
        return ring or kept  # type: ignore[return-value]  # without a kept one, a ring is adopted or refused

    def _changed_ring(self, current: Ring | None) -> Ring | None:
        """The ring of the file when it is another than the current one; ``None`` where nothing changed."""
        now = time.monotonic()
        try:
            stamp = files.stamp(self.path)
        except SnapshotError:
            # What comes back may have the stamp of what went.
            self._stamp = None
            raise
        if stamp == self._stamp and now < self._read_again_at:
            return None
        data, stamp = files.read(self.path, BYTE_LIMIT)
        # What is refused below is looked at again when it changes, or after a while: a writer may be at work on it.
        self._stamp = stamp
        self._read_again_at = now + min(self.poll * 2 ** min(self._failed_in_a_row, 10), REREAD_SECONDS)
        ring = decide(data, self.pool, current.snapshot.place if current else None, self._keys)
        self._failed_in_a_row = 0
        self._last_error = None
        self._read_again_at = now + REREAD_SECONDS
        if ring is not None and self._keep is not None:
            try:
                files.replace(self._keep, data)
            except OSError as error:
                logger.warning("the snapshot of pool %s was not kept: %s", self.pool, error)
        return ring

    def _refuse(self, error: SnapshotError) -> None:
        self._failures += 1
        self._failed_in_a_row += 1
        if error.reason == ALARM:
            self._alarms += 1
        if self._last_error is None or self._last_error.args != error.args:
            level = logging.ERROR if error.reason == ALARM else logging.WARNING
            logger.log(level, "pool %s keeps its ring: %s", self.pool, error)
        self._last_error = error

    def _alive_age(self) -> float | None:
        try:
            path = os.path.join(os.path.dirname(self.path), "alive.json")
            note = json.loads(files.read(path, _ALIVE_LIMIT)[0])
            if note["format"] != 1 or note["pool"] != self.pool:
                return None
            at = parsed_time(note["at"])
        except (SnapshotError, ValueError, KeyError, TypeError):
            return None
        return None if at is None else max(0.0, time.time() - at)

    # The thread

    def _start(self) -> None:
        self._thread = threading.Thread(
            target=_follow, args=(weakref.ref(self), self._stop), name=f"ring {self.pool}", daemon=True
        )
        self._thread.start()

    def _start_in_child(self) -> None:
        # The lock may have been held, and the thread is not there, in the child of a fork.
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._start()


ALARM = "same-version-other-content"
"""The reason of an error that is an alarm."""


def decide(data: bytes, pool: str, current: Place | None, keys: Mapping[str, bytes] | None = None) -> Ring | None:
    """What a follower at `current` does with a file: the ring to adopt, or ``None`` where it is what one has.

    Raises `SnapshotError` for whatever must not be adopted.
    """
    snapshot = checked(data, pool, keys)
    its = snapshot.place
    if current is not None and its[:2] == current[:2]:
        if its.digest != current.digest:
            raise SnapshotError(ALARM, f"{its.digest} instead of {current.digest}", "digest")
        return None
    if current is not None and its[:2] < current[:2]:
        problem = f"epoch {its.epoch}, version {its.version} after {current.epoch}, {current.version}"
        raise SnapshotError("older", problem, "version")
    return Ring(snapshot)


def _follow(follower: weakref.ref[LiveRing], stop: threading.Event) -> None:
    """Polls until told to stop, or until nobody holds the follower any more."""
    live = follower()
    while live is not None:
        # Jitter keeps a thousand processes from reading at the same moment. It only shortens: what is published is in
        # use within a poll.
        pause = live.poll * random.uniform(0.8, 1.0)
        del live
        if stop.wait(pause):
            return
        live = follower()
        if live is not None:
            live.check()


_live: weakref.WeakSet[LiveRing] = weakref.WeakSet()


def _start_all_in_child() -> None:
    for live in list(_live):
        try:
            live._start_in_child()
        except RuntimeError:  # the interpreter is ending
            logger.warning("pool %s is not followed in this process", live.pool)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_all_in_child)
