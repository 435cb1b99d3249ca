"""Servers that remember which keys they were asked for: what a client does, seen from the other end of its sockets."""

import asyncio
import threading


class Farm:
    """Listens at every address of a fleet, in one thread; each `get` is a miss.

    A key that two servers were asked for is kept with both, so that a client that tries elsewhere is found out.
    """

    def __init__(self, servers):
        self.servers = servers
        self.asked = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listeners = []
        self._connections = set()

    def __enter__(self):
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_):
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def owners(self, keys):
        """The index of the one server that was asked for each key; what is otherwise stands as it was seen."""
        return [next(iter(seen)) if len(seen := self.asked.get(key, set())) == 1 else seen for key in keys]

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    async def _listen(self):
        for index, server in enumerate(self.servers):
            self._listeners.append(
                await asyncio.start_server(
                    lambda reader, writer, index=index: self._serve(index, reader, writer),
                    server.host,
                    server.port,
                    limit=1 << 22,
                )
            )

    async def _close(self):
        for listener in self._listeners:
            listener.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, index, reader, writer):
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            while line := await reader.readline():
                words = line.split()
                if not words or words[0] == b"quit":
                    break
                writer.write(self._answer(index, words))
                await writer.drain()
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    def _answer(self, index, words):
        if words[0] in (b"get", b"gets"):
            for key in words[1:]:
                self.asked.setdefault(key.decode(), set()).add(index)
            return b"END\r\n"
        if words[0] == b"version":
            return b"VERSION 1.6.0\r\n"
        return b"ERROR\r\n"
