"""pylibmc on the ring that `ringd` publishes, in every dialect and not only in those of libmemcached."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pylibmc

from .connections import Connections
from .live import LiveRing
from .snapshot import Slot

_BEHAVIORS = {"tcp_nodelay": True, "connect_timeout": 1000, "receive_timeout": 1_000_000, "send_timeout": 1_000_000}

_ERRORS_OF_THE_CALLER = (
    pylibmc.NotFound,
    pylibmc.TooBig,
    pylibmc.BadKeyProvided,
    pylibmc.DataExists,
    pylibmc.DataDoesNotExist,
    pylibmc.NotSupportedError,
    pylibmc.CacheMiss,
)


class RingPylibmcClient:
    """A client with the methods of `pylibmc.Client` that sends each key to the node that owns it in the current ring.

    It holds one `pylibmc.Client` for each node and thread, so it may be shared among threads. A held slot, and a server
    that does not answer, is a miss; only what is the caller's own doing raises, such as a value that is too big or the
    increment of a counter that is not there. A server that failed is left alone for `retry_timeout` seconds.
    """

    def __init__(
        self,
        live: LiveRing,
        *,
        behaviors: Mapping[str, Any] | None = None,
        binary: bool = False,
        username: str | None = None,
        password: str | None = None,
        retry_timeout: float = 0.5,
    ) -> None:
        self._live = live
        self._behaviors = {**_BEHAVIORS, **(behaviors or {})}
        self._settings = {"binary": binary, "username": username, "password": password}
        self._retry_timeout = retry_timeout
        self._local = threading.local()

    # One key

    def get(self, key: Any, default: Any = None) -> Any:
        """The value, or `default`."""
        return self._run(key, default, "get", key, default)

    def gets(self, key: Any) -> tuple[Any, Any]:
        """The value and its unique number for `cas`; twice ``None`` for a miss."""
        found: tuple[Any, Any] = self._run(key, (None, None), "gets", key)
        return found

    def set(self, key: Any, value: Any, *arguments: Any, **settings: Any) -> bool:
        """Whether the value was stored."""
        return bool(self._run(key, False, "set", key, value, *arguments, **settings))

    def add(self, key: Any, value: Any, *arguments: Any, **settings: Any) -> bool:
        """Whether the value was stored, because there was none."""
        return bool(self._run(key, False, "add", key, value, *arguments, **settings))

    def replace(self, key: Any, value: Any, *arguments: Any, **settings: Any) -> bool:
        """Whether the value was stored, because there was one."""
        return bool(self._run(key, False, "replace", key, value, *arguments, **settings))

    def append(self, key: Any, value: Any) -> bool:
        """Whether the text was added at the end of the value."""
        return bool(self._run(key, False, "append", key, value))

    def prepend(self, key: Any, value: Any) -> bool:
        """Whether the text was added before the value."""
        return bool(self._run(key, False, "prepend", key, value))

    def cas(self, key: Any, value: Any, cas: Any, *arguments: Any, **settings: Any) -> bool:
        """Whether the value was stored, because nobody had changed it since `gets`."""
        return bool(self._run(key, False, "cas", key, value, cas, *arguments, **settings))

    def delete(self, key: Any) -> bool:
        """Whether there was something to delete."""
        return bool(self._run(key, False, "delete", key))

    def touch(self, key: Any, time: int) -> bool:
        """Whether there was something whose life could be set."""
        return bool(self._run(key, False, "touch", key, time))

    def incr(self, key: Any, delta: int = 1) -> Any:
        """The new number. Raises `pylibmc.NotFound` for a miss of any kind."""
        return self._counted(key, "incr", delta)

    def decr(self, key: Any, delta: int = 1) -> Any:
        """The new number. Raises `pylibmc.NotFound` for a miss of any kind."""
        return self._counted(key, "decr", delta)

    # Many keys

    def get_multi(self, keys: Iterable[Any], key_prefix: Any = None) -> dict[Any, Any]:
        """What was found. Keys are placed with their prefix."""
        found: dict[Any, Any] = {}
        for node, batch in self._batches(keys, key_prefix, []):
            found.update(node.run({}, "get_multi", batch, **_prefixed(key_prefix)))
        return found

    def set_multi(
        self, mapping: Mapping[Any, Any], time: int = 0, key_prefix: Any = None, **settings: Any
    ) -> list[Any]:
        """The keys that were not stored."""
        failed: list[Any] = []
        for node, batch in self._batches(mapping, key_prefix, failed):
            values = {key: mapping[key] for key in batch}
            failed += node.run(batch, "set_multi", values, time=time, **_prefixed(key_prefix), **settings)
        return failed

    def delete_multi(self, keys: Iterable[Any], key_prefix: Any = None) -> bool:
        """Whether every key was deleted."""
        missed: list[Any] = []
        deleted = [
            node.run(False, "delete_multi", batch, **_prefixed(key_prefix))
            for node, batch in self._batches(keys, key_prefix, missed)
        ]
        return all(deleted) and not missed

    # All nodes

    def flush_all(self) -> bool:
        """Whether every node that is up forgot everything."""
        connections = self._connections()
        nodes = [connections.to(slot) for slot in connections.ring().slots if not slot.held]
        return all([node.run(False, "flush_all") for node in nodes])

    def disconnect_all(self) -> None:
        """Closes the connections of this thread; the client can be used on."""
        for node in self._connections().all():
            node.close()

    # Routing

    def _connections(self) -> Connections[_Node]:
        try:
            connections: Connections[_Node] = self._local.connections
        except AttributeError:
            connections = self._local.connections = Connections(self._live, self._open_to, _Node.close)
        return connections

    def _open_to(self, slot: Slot) -> _Node:
        address = slot.address
        return _Node(pylibmc.Client([address], behaviors=self._behaviors, **self._settings), self._retry_timeout)

    def _run(self, key: Any, miss: Any, method: str, *arguments: Any, **settings: Any) -> Any:
        connections = self._connections()
        slot = connections.ring().owner(key)
        return miss if slot.held else connections.to(slot).run(miss, method, *arguments, **settings)

    def _counted(self, key: Any, method: str, delta: int) -> Any:
        number = self._run(key, None, method, key, delta)
        if number is None:
            raise pylibmc.NotFound(f"no server has {key!r}")
        return number

    def _batches(self, keys: Iterable[Any], prefix: Any, missed: list[Any]) -> list[tuple[_Node, list[Any]]]:
        connections = self._connections()
        ring = connections.ring()
        start = _encoded(prefix or b"")
        batches: dict[str, tuple[_Node, list[Any]]] = {}
        for key in keys:
            slot = ring.owner(start + _encoded(key))
            if slot.held:
                missed.append(key)
            else:
                batches.setdefault(slot.address, (connections.to(slot), []))[1].append(key)
        return list(batches.values())


class _Node:
    """One server as one thread sees it: its client, and until when it is left alone."""

    def __init__(self, client: Any, retry_timeout: float) -> None:
        self._client = client
        self._retry_timeout = retry_timeout
        self._resting_until = 0.0

    def run(self, miss: Any, method: str, *arguments: Any, **settings: Any) -> Any:
        """The answer of the server, or `miss`."""
        if self._resting_until and time.monotonic() < self._resting_until:
            return miss
        try:
            result = getattr(self._client, method)(*arguments, **settings)
        except _ERRORS_OF_THE_CALLER:
            raise
        except pylibmc.Error:
            self._client.disconnect_all()
            self._resting_until = time.monotonic() + self._retry_timeout
            return miss
        self._resting_until = 0.0
        return result

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        self._client.disconnect_all()


def _encoded(text: Any) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)


def _prefixed(prefix: Any) -> dict[str, Any]:
    return {"key_prefix": prefix} if prefix else {}
