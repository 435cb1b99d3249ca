"""pymemcache on the ring that `ringd` publishes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Callable

from pymemcache.client.base import Client, PooledClient, check_key_helper
from pymemcache.client.hash import HashClient
from pymemcache.exceptions import MemcacheUnexpectedCloseError

from .connections import Connections
from .live import LiveRing
from .snapshot import Slot


class RingHashClient(HashClient):  # type: ignore[misc]
    """A `HashClient` that sends each key to the node that owns it in the current ring.

    It takes the settings of `HashClient`, is safe to share among threads, and answers a miss for a held slot and for a
    server that does not answer: with `ignore_exc`, which is on unless said otherwise, no such thing raises. A server
    that failed is left alone for `retry_timeout` seconds. Nothing is ejected here and no key goes to another server:
    that is for `ringd` to decide.
    """

    def __init__(
        self,
        live: LiveRing,
        *,
        use_pooling: bool = True,
        ignore_exc: bool = True,
        retry_timeout: float = 0.5,
        connect_timeout: float = 1.0,
        timeout: float = 1.0,
        no_delay: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(
            [],
            use_pooling=use_pooling,
            ignore_exc=ignore_exc,
            retry_timeout=retry_timeout,
            connect_timeout=connect_timeout,
            timeout=timeout,
            no_delay=no_delay,
            **settings,
        )
        self._resting: dict[Any, float] = {}
        self._connections = Connections(live, self._open_to, lambda client: client.close())

    def add_server(self, server: Any, port: Any = None) -> None:
        """Refused: the servers are those of the ring."""
        raise TypeError("the servers of this client are those of its ring")

    def remove_server(self, server: Any, port: Any = None) -> None:
        """Refused: the servers are those of the ring."""
        raise TypeError("the servers of this client are those of its ring")

    @property
    def clients(self) -> dict[Any, Any]:
        """The clients of the nodes of the ring that are up."""
        slots = self._connections.ring().slots
        return {slot.address: self._connections.to(slot) for slot in slots if not slot.held}

    @clients.setter
    def clients(self, value: dict[Any, Any]) -> None:
        """What the constructor of `HashClient` sets, which is an empty dictionary."""

    def close(self) -> None:
        """Closes the connections that are open; the client can be used on."""
        for client in self._connections.all():
            self._safely_run_func(client, client.close, False)

    disconnect_all = close

    def set_many(self, values: dict[Any, Any], *arguments: Any, **settings: Any) -> list[Any]:
        """The keys that were not stored."""
        failed: list[Any] = []
        for client, keys in self._batches(values, failed):
            batch = {key: values[key] for key in keys}
            failed += self._safely_run_func(client, client.set_many, keys, batch, *arguments, **settings)
        return failed

    set_multi = set_many

    def get_many(self, keys: Iterable[Any], gets: bool = False, *arguments: Any, **settings: Any) -> dict[Any, Any]:
        """What was found."""
        found: dict[Any, Any] = {}
        for client, batch in self._batches(keys, []):
            method = client.gets_many if gets else client.get_many
            found.update(self._safely_run_func(client, method, {}, batch, *arguments, **settings))
        return found

    get_multi = get_many

    def _batches(self, keys: Iterable[Any], missed: list[Any]) -> list[tuple[Any, list[Any]]]:
        batches: dict[int, tuple[Any, list[Any]]] = {}
        for key in keys:
            client = self._get_client(key)
            if client is None:
                missed.append(key)
            else:
                batches.setdefault(id(client), (client, []))[1].append(key)
        return list(batches.values())

    def _get_client(self, key: Any) -> Any:
        check_key_helper(key, self.allow_unicode_keys, self.key_prefix)
        slot = self._connections.ring().owner(key)
        return None if slot.held else self._connections.to(slot)

    def _open_to(self, slot: Slot) -> Any:
        server = slot.host if slot.port is None else (slot.host, slot.port)
        if not self.use_pooling:
            return self.client_class(server, **self.default_kwargs)
        client = PooledClient(server, **self.default_kwargs)
        client.client_class = self.client_class
        return client

    def _safely_run_func(
        self, client: Client, func: Callable[..., Any], default_val: Any, *arguments: Any, **settings: Any
    ) -> Any:
        until = self._resting.get(client.server)
        if until is not None and time.monotonic() < until and self.ignore_exc:
            return default_val
        try:
            result = func(*arguments, **settings)
        except MemcacheUnexpectedCloseError:
            # A connection from before the server was restarted: the others in the pool are no better.
            client.close()
        except OSError:
            client.close()
            self._resting[client.server] = time.monotonic() + self.retry_timeout
            if not self.ignore_exc:
                raise
        except Exception:
            if not self.ignore_exc:
                raise
        else:
            if until is not None:
                self._resting.pop(client.server, None)
            return result
        return default_val
