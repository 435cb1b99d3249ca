"""twemproxy: keys asked for through the real proxy, and the servers behind it tell which of them it asked."""

import socket
import subprocess
import time
from contextlib import contextmanager

import pytest

from farm import Farm
from fleets import keys

STARTED_WITHIN = 20


@contextmanager
def running(program, directory, servers, distribution, function):
    """A proxy in front of the servers; gives the port at which it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listed = "".join(f"   - {server.address}:{server.weight}\n" for server in servers)
    (directory / "nutcracker.yml").write_text(
        f"pool:\n  listen: 127.0.0.1:{port}\n  hash: {function}\n  distribution: {distribution}\n"
        f"  timeout: 20000\n  auto_eject_hosts: false\n  servers:\n{listed}"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        statistics = free.getsockname()[1]
    with open(directory / "nutcracker.log", "wb") as log:
        process = subprocess.Popen(
            [program, "-c", directory / "nutcracker.yml", "-a", "127.0.0.1", "-s", str(statistics)],
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + STARTED_WITHIN
        while True:
            assert process.poll() is None, (directory / "nutcracker.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "the proxy does not listen"
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


def ask(port, wanted, together=50):
    """Sends a `get` for each key and waits for as many answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        answers = connection.makefile("rb")
        for start in range(0, len(wanted), together):
            some = wanted[start : start + together]
            connection.sendall("".join(f"get {key}\r\n" for key in some).encode())
            for key in some:
                assert answers.readline() == b"END\r\n", key


@pytest.mark.parametrize("heaviest", [1, 20])
@pytest.mark.parametrize("count", [2, 3, 7, 25, 60])
@pytest.mark.parametrize(
    "distribution, function", [("ketama", "fnv1a_64"), ("ketama", "md5"), ("modula", "crc32"), ("ketama", "murmur")]
)
def test_twemproxy(need, tmp_path, evaluate, agree, fleet, count, heaviest, distribution, function):
    program = need("nutcracker", "nutcracker")
    servers, wanted = fleet(count, heaviest), keys(f"twemproxy {count}")
    with Farm(servers) as farm, running(program, tmp_path, servers, distribution, function) as port:
        ask(port, wanted)
        agree(wanted, farm.owners(wanted), evaluate(f"twemproxy-{distribution}", servers, wanted, hash=function))
