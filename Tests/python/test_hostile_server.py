"""The adapters on a server that is no memcached, or one that has gone mad: misses, and what is asked of others is answered."""

import socket
import struct
import threading

import pytest
from ringclient import LiveRing
from servers import Memcached, Pool
from test_adapters import ADAPTERS, many, text

KEYS = [f"user:{number}" for number in range(60)]

ANSWERS = {
    "speaks HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "does not know the command": b"ERROR\r\n",
    "has no memory": b"SERVER_ERROR out of memory\r\n",
    "refuses": b"CLIENT_ERROR no\r\n",
    "answers another question": b"VALUE other 0 5\r\nstale\r\nEND\r\n",
    "promises too much": b"VALUE user:1 0 99999999\r\nab",
    "stops in a value": b"VALUE user:1 0 5\r\nab",
    "counts in words": b"VALUE user:1 zero five\r\nstale\r\nEND\r\n",
    "sends less than it says": b"VALUE user:1 0\r\nEND\r\n",
    "sends control characters": b"\x1b[2J\r\n",
    "sends zeros": b"\0" * 512 + b"\r\n",
    "never ends a line": b"y" * 100_000,
    "is silent": b"",
    "hangs up": None,
}


# libmemcached reads what it can of such answers, and compares no key. What must hold even so: nothing is raised, and
# the other server is asked and answers.
BELIEVED = {"answers another question", "counts in words", "sends less than it says"}


class HostileServer:
    """Answers whatever it is asked with the same bytes, or hangs up."""

    host = "127.0.0.1"

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server((self.host, 0))
        self.port = self.listener.getsockname()[1]
        self.links = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.links.append(link)
            threading.Thread(target=self.serve, args=(link,), daemon=True).start()

    def serve(self, link):
        try:
            while link.recv(65536):
                if self.answer is None:
                    # A lingering time of zero makes the close a reset.
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    link.close()
                    return
                link.sendall(self.answer)
        except OSError:
            pass

    def stop(self):
        self.listener.close()
        for link in self.links:
            link.close()


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.__name__)
def test_hostile_server_is_a_cache_that_misses(tmp_path, adapter, name):
    hostile, real = HostileServer(ANSWERS[name]), Memcached()
    is_believed = adapter.__name__ == "pylibmc" and name in BELIEVED
    pool = Pool(tmp_path)
    pool.set([(hostile, {}), (real, {})])
    try:
        with LiveRing(pool.path, "sessions", poll=3600) as live:
            client = adapter(live)
            bad = [key for key in KEYS if live.owner(key).port == hostile.port]
            good = [key for key in KEYS if live.owner(key).port == real.port]
            for ours, theirs in zip(good[:3], bad):
                answers = [client.get(theirs), client.set(theirs, "value"), client.delete(theirs)]
                assert not any(answers) or is_believed
                assert client.set(ours, "its value")
                assert text(client.get(ours)) == "its value"
                found = many(client, "get")([ours, theirs])
                assert text(found.pop(ours)) == "its value"
                assert not found or is_believed
                assert theirs in many(client, "set")({ours: "its value", theirs: "value"}) or is_believed
    finally:
        hostile.stop()
        real.kill()
