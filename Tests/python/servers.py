"""Real memcached servers on free loopback ports."""

import os
import socket
import subprocess
import time
from pathlib import Path

import snapshot_writer as writer


class Memcached:
    """One memcached process; `kill` and `start` again at the same port."""

    def __init__(self, port=None, host="127.0.0.1"):
        self.host = host
        self.port = port or free_port()
        self.start()

    def start(self):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = ["memcached", *user, "-l", self.host, "-p", str(self.port), "-U", "0", "-m", "16", "-t", "1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, f"memcached on {self.host}:{self.port}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def answers(self):
        try:
            return self.ask(b"version").startswith(b"VERSION")
        except OSError:
            return False

    def ask(self, command):
        """The first line of the answer to a command."""
        with socket.create_connection((self.host, self.port), timeout=2) as link:
            link.sendall(command + b"\r\n")
            return link.makefile("rb").readline().strip()

    def has(self, key):
        """Whether the server holds the key, whatever any client thinks."""
        return self.ask(b"get " + key.encode()).startswith(b"VALUE")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.005)


class Pool:
    """What `ringd` does for a pool, as far as clients see it: slots with nodes, published version by version."""

    def __init__(self, folder, dialect=None):
        self.path = Path(folder) / "ring.json"
        self.dialect = dialect or {"name": "pinned-ketama", "key_hash": "md5", "options": {}}
        self.version = 0
        self.slots = []

    def set(self, slots):
        """Publishes a version with these slots; each is a server and the members to change."""
        made = []
        for number, (server, members) in enumerate(slots, 1):
            weight = 100 if self.dialect["name"] == "pinned-ketama" else 1
            options = {"weight": weight, "host": "127.0.0.1", "dialect": self.dialect["name"], **members}
            made.append(writer.slot(number, port=server.port, **options))
        self.version += 1
        snapshot = writer.snapshot(
            made, version=self.version, parent=self.version - 1 or None, dialect=self.dialect, pool="sessions"
        )
        writer.publish(self.path, writer.encode(snapshot))
        return self.version
