"""python-memcached on a ring: `RingMemcacheClient` follows `ringd`, `KetamaMemcacheClient` has a list of its own."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Callable, Union

import memcache

from .connections import Connections
from .dialects import Member, named, place
from .live import LiveRing
from .placements import Placement
from .snapshot import Slot

Server = Union[str, tuple[str, int]]
"""``"host:port"``, or that and a weight."""


class _CheckedClient(memcache.Client):  # type: ignore[misc]
    """A `memcache.Client` that takes no answer to what it has not asked: the library believes some and raises at others.

    A server that gives one is a server that failed: its connection is closed, and it is left alone for a while.
    """

    _asked: Collection[bytes] = ()

    def _get(self, cmd: str, key: Any, default: Any = None) -> Any:
        encoded = self._encode_key(key)
        self._asked = (encoded[1] if isinstance(encoded, tuple) else encoded,)
        return super()._get(cmd, key, default)

    def _map_and_prefix_keys(self, key_iterable: Iterable[Any], key_prefix: Any) -> tuple[Any, Any]:
        mapped: tuple[dict[Any, Any], dict[Any, Any]] = super()._map_and_prefix_keys(key_iterable, key_prefix)
        self._asked = mapped[1].keys()
        return mapped

    def _expectvalue(self, *arguments: Any, **settings: Any) -> Any:
        return self._answer(super()._expectvalue, *arguments, **settings)

    def _expect_cas_value(self, *arguments: Any, **settings: Any) -> Any:
        return self._answer(super()._expect_cas_value, *arguments, **settings)

    def _answer(self, read: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
        try:
            answer = read(*arguments, **settings)
        except ValueError as error:
            raise memcache._Error(f"an answer that is none: {error}") from None
        if answer[0] is not None and answer[0] not in self._asked:
            raise memcache._Error("an answer to another question")
        return answer


class RingMemcacheClient(_CheckedClient):
    """A `memcache.Client` that sends each key to the node that owns it in the current ring.

    As every `memcache.Client` it has connections of its own in each thread. Keys of a held slot, and of a server that
    does not answer, are misses; with `failover` they go to the next live server instead, which may answer with stale
    data once the server is back. A key ``(number, key)`` is placed by the number.
    """

    def __init__(
        self,
        live: LiveRing,
        *,
        failover: bool = False,
        dead_retry: float = 1.0,
        socket_timeout: float = 1.0,
        **settings: Any,
    ) -> None:
        self._failover = failover
        self._missed = False
        self._unasked: list[Any] = []
        self._connections = Connections(live, self._open_to, lambda host: host.close_socket())
        super().__init__((), dead_retry=dead_retry, socket_timeout=socket_timeout, **settings)

    def set_servers(self, servers: Iterable[Server]) -> None:
        """Refused: the servers are those of the ring."""
        if tuple(servers):
            raise TypeError("the servers of this client are those of its ring")

    @property
    def servers(self) -> list[Any]:
        """The connections to every node of the ring."""
        return [self._connections.to(slot) for slot in self._connections.ring().slots if not slot.held]

    def get(self, key: Any, default: Any = None) -> Any:
        """As in `memcache.Client`, and a miss gives `default` where no server was asked, too."""
        value = super().get(key, default)
        return default if value is None and self._missed else value

    def set_multi(self, mapping: Any, *arguments: Any, **settings: Any) -> list[Any]:
        """The keys that were not stored, those among them for which no server was asked."""
        failed: list[Any] = super().set_multi(mapping, *arguments, **settings)
        return failed + [key for key in self._unasked if key not in failed]

    def _map_and_prefix_keys(self, key_iterable: Iterable[Any], key_prefix: Any) -> tuple[Any, Any]:
        keys = list(key_iterable)
        mapped: tuple[dict[Any, Any], dict[Any, Any]] = super()._map_and_prefix_keys(keys, key_prefix)
        asked = set(mapped[1].values())
        self._unasked = [key for key in keys if key not in asked]
        return mapped

    def _open_to(self, slot: Slot) -> Any:
        return memcache._Host(
            _text_of(slot),
            self.debug,
            dead_retry=self.dead_retry,
            socket_timeout=self.socket_timeout,
            flush_on_reconnect=self.flush_on_reconnect,
        )

    def _get_server(self, key: Any) -> tuple[Any, Any]:
        ring = self._connections.ring()
        if isinstance(key, tuple):
            number, key = key
            slots = ring.successors_of_hash(number)
        elif self._failover:
            slots = ring.successors(_encoded(key))
        else:
            slots = iter((ring.owner(_encoded(key)),))
        for slot in slots:
            if not slot.held:
                host = self._connections.to(slot)
                if host.connect():
                    self._missed = False
                    return host, key
            if not self._failover:
                break
        self._missed = True
        return None, None


class KetamaMemcacheClient(_CheckedClient):
    """A `memcache.Client` with a 16-bit ring over a list of servers, 200 slots for each that has no weight.

    The list belongs to all threads that use the client: `set_servers` and `add_server` in one of them are seen by the
    others. Keys of a server that does not answer go to the next live one.
    """

    def __new__(cls, servers: Iterable[Server] = (), *arguments: Any, **settings: Any) -> KetamaMemcacheClient:
        # memcache.Client is thread-local: what is given here is what `__init__` gets in each thread but this one.
        shared = _ServerList(servers)
        client: KetamaMemcacheClient = super().__new__(cls, shared, *arguments, **settings)
        client._list = shared
        return client

    def __init__(self, servers: Iterable[Server] | _ServerList = (), *arguments: Any, **settings: Any) -> None:
        if isinstance(servers, _ServerList):
            self._list = servers
        self._seen: object = None
        self._starting = True
        self._hosts: list[Any] = []
        super().__init__((), *arguments, **settings)
        self._starting = False

    def set_servers(self, servers: Iterable[Server]) -> None:
        """Replaces the list: ``"host:port"`` strings, or tuples of such a string and a weight."""
        if not self._starting:
            self._list.replace(servers)

    def add_server(self, server: Server, weight: int | None = None) -> None:
        """Adds a server at the end of the list, or gives the one that is there another weight."""
        self._list.add((server, weight) if isinstance(server, str) and weight is not None else server)

    def remove_server(self, server: str) -> None:
        """Takes a server out of the list."""
        self._list.remove(server)

    @property
    def servers(self) -> list[Any]:
        """The connections of this thread."""
        self._ring()
        return self._hosts

    def _ring(self) -> Placement | None:
        entries, ring = self._list.current
        if entries is not self._seen:
            self._seen = entries
            kept = {(host.family, host.address): host for host in self._hosts}
            hosts = [self._host(kept, text, weight) for text, weight in entries]
            for host in kept.values():
                if host not in hosts:
                    host.close_socket()
            self._hosts = hosts
        return ring

    def _host(self, kept: dict[Any, Any], text: str, weight: int) -> Any:
        host = memcache._Host(
            (text, weight),
            self.debug,
            dead_retry=self.dead_retry,
            socket_timeout=self.socket_timeout,
            flush_on_reconnect=self.flush_on_reconnect,
        )
        host = kept.get((host.family, host.address), host)
        host.weight = weight
        return host

    def _get_server(self, key: Any) -> tuple[Any, Any]:
        ring = self._ring()
        if ring is None:
            return None, None
        slots: Iterator[int]
        if isinstance(key, tuple):
            number, key = key
            slots = ring.successors_of_hash(number)
        else:
            slots = ring.successors(_encoded(key))
        for slot in slots:
            host = self._hosts[slot]
            if host.connect():
                return host, key
        return None, None


class _ServerList:
    """Servers with their weights, and the ring over them, replaced as one."""

    def __init__(self, servers: Iterable[Server]) -> None:
        self._lock = threading.Lock()
        self.current: tuple[tuple[tuple[str, int], ...], Placement | None] = ((), None)
        self.replace(servers)

    def replace(self, servers: Iterable[Server]) -> None:
        with self._lock:
            self._set({text: weight for text, weight in map(_weighted, servers)})

    def add(self, server: Server) -> None:
        text, weight = _weighted(server)
        with self._lock:
            self._set({**dict(self.current[0]), text: weight})

    def remove(self, server: str) -> None:
        with self._lock:
            self._set({text: weight for text, weight in self.current[0] if text != server})

    def _set(self, servers: dict[str, int]) -> None:
        members = [Member(_label(text), weight) for text, weight in servers.items()]
        ring = place("seed-gist", {}, members) if members else None
        self.current = tuple(servers.items()), ring


def _weighted(server: Server) -> tuple[str, int]:
    text, weight = (server, named("seed-gist").default_weight) if isinstance(server, str) else server
    if weight < 1:
        raise ValueError(f"the weight of {text} is {weight}, and 1 is the least")
    return text, weight


def _label(text: str) -> str:
    """The text that the ring hashes for a server: host and port as python-memcached reads them."""
    host = memcache._Host(text)
    return str(host.address) if text.startswith("unix:") else f"{host.ip}:{host.port}"


def _text_of(slot: Slot) -> str:
    """A node as python-memcached reads it."""
    if slot.port is None:
        return f"unix:{slot.host}"
    return f"inet6:[{slot.host}]:{slot.port}" if ":" in slot.host else f"inet:{slot.host}:{slot.port}"


def _encoded(key: Any) -> bytes:
    if isinstance(key, bytes):
        return key
    return key.encode() if isinstance(key, str) else str(key).encode()
