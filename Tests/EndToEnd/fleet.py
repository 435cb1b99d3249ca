"""What the end-to-end tests stand on: real memcached servers, the real ringd and ringctl, and a reader of its own.

The reader is written from the specification of the snapshot alone, so that it checks ringd and not itself.
"""

import errno
import hashlib
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("RINGD_BINARIES", ROOT / ".build" / "debug"))


def _ports():
    """Ports in turn, below those that outgoing connections get: a server that was killed finds its own free again.

    Each worker of a parallel run has some of its own.
    """
    room = 10_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in itertools.count(os.getpid()):
        yield 10_000 + room * worker + number % room


_next_ports = _ports()


def free_port(host="127.0.0.1"):
    """A port that nobody listens on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port = next(_next_ports)
            try:
                probe.bind((host, port))
                return port
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise


def wait_until(condition, within, what):
    """Waits until `condition()` is true and returns its value and the seconds that took."""
    begin = time.monotonic()
    while True:
        value = condition()
        elapsed = time.monotonic() - begin
        if value:
            return value, elapsed
        if elapsed > within:
            raise AssertionError(f"not within {within} s: {what}")
        time.sleep(0.005)


class Memcached:
    """One real memcached server on loopback."""

    def __init__(self, port=None, options=()):
        self.port = port or free_port()
        self.options = list(options)
        self.process = None
        self.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        command = ["memcached", "-l", "127.0.0.1", "-p", str(self.port), "-m", "16", "-t", "1", *self.options]
        if os.geteuid() == 0:
            command += ["-u", "nobody"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.answers(), 5, f"memcached on {self.port} answers")

    def answers(self):
        try:
            return self.exchange(b"version\r\n").startswith(b"VERSION")
        except OSError:
            return False

    def exchange(self, request, until=b"\r\n"):
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(request)
            answer = b""
            while not answer.endswith(until):
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
            return answer

    def set(self, key, value):
        assert self.exchange(f"set {key} 0 0 {len(value)}\r\n{value}\r\n".encode()) == b"STORED\r\n"

    def get(self, key):
        answer = self.exchange(f"get {key}\r\n".encode(), until=b"END\r\n")
        return None if answer == b"END\r\n" else answer.split(b"\r\n")[1].decode()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.thaw()
            self.kill()


class Ringd:
    """The real daemon over a data directory."""

    def __init__(self, data, *options):
        self.data = Path(data)
        self.options = options
        self.process = None
        self.ready = ""

    def start(self, within=20):
        self.log = open(self.data.parent / f"{self.data.name}.log", "ab")
        self.process = self.spawn()
        self.ready = self.process.stdout.readline()
        assert self.ready.startswith("ringd ready"), f"ringd did not start: {self.log_text()[-2000:]}"
        return self

    def spawn(self):
        """Starts the process, and does not wait until it is ready."""
        command = [BINARIES / "ringd", "--data", self.data, "--log-format", "text", "--log-level", "info", *self.options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)

    def log_text(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self, within=10):
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        return self.process.wait(within)

    @property
    def socket(self):
        return self.data / "ringd.sock"

    def ctl(self, *arguments, check=True, **options):
        """Runs ringctl; returns the finished process."""
        result = subprocess.run(
            [BINARIES / "ringctl", "--socket", self.socket, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            **options,
        )
        if check and result.returncode != 0:
            raise AssertionError(f"ringctl {arguments} exited {result.returncode}: {result.stderr}{result.stdout}")
        return result

    def json(self, *arguments):
        return json.loads(self.ctl(*arguments, "-o", "json").stdout)

    def nodes(self):
        return {node["name"]: node for node in self.json("node", "list")["nodes"]}

    def ring_path(self, pool="default"):
        return self.data / "snapshots" / pool / "ring.json"


def wait_until_nothing_is_old(ringd, node):
    """Waits until ringd knows that the servers were empty as they were added: only then may it eject one at once."""
    preview = lambda: ringd.ctl("node", "eject", node, "--dry-run")
    wait_until(lambda: "go back" not in (seen := preview()).stdout + seen.stderr, 10, "nobody holds old copies")


def read_snapshot(path):
    """Reads a snapshot from one descriptor and checks it as the specification says; raises on any defect."""
    raw = Path(path).read_bytes()
    snapshot = json.loads(raw)
    assert snapshot["format"] == 1
    assert snapshot["digest"] == digest(snapshot), f"digest of version {snapshot['version']} does not fit"
    assert snapshot["agreement"] == agreement(snapshot), f"agreement of version {snapshot['version']} does not fit"
    assert snapshot["slots"]
    return snapshot


def digest(snapshot):
    lines = ["ringd-snapshot 1"]
    lines += [f"pool={snapshot['pool']}", f"epoch={snapshot['epoch']}", f"version={snapshot['version']}"]
    lines += [f"parent={'' if snapshot.get('parent') is None else snapshot['parent']}"]
    lines += [f"created_at={snapshot['created_at']}", f"dialect={snapshot['dialect']['name']}"]
    lines += [f"key_hash={snapshot['dialect']['key_hash']}"]
    lines += [f"option.{name}={value}" for name, value in sorted(snapshot["dialect"]["options"].items())]
    lines += [f"agreement={snapshot['agreement']}", f"audit_head={snapshot['audit_head']}"]
    for slot in snapshot["slots"]:
        fields = ["label", "weight", "points", "state", "node", "host", "port", "zone"]
        values = ["" if slot.get(field) is None else str(slot[field]) for field in fields]
        lines.append("\t".join(["slot", *values]))
    text = "".join(line + "\n" for line in lines)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def points(snapshot):
    """The continuum of `pinned-ketama`, as (value, slot index)."""
    ring = []
    for index, slot in enumerate(snapshot["slots"]):
        for block in range((slot["points"] + 3) // 4):
            digest_bytes = hashlib.md5(f"{slot['label']}-{block}".encode()).digest()
            for word in range(min(4, slot["points"] - 4 * block)):
                value = int.from_bytes(digest_bytes[4 * word : 4 * word + 4], "little")
                ring.append((value, slot["label"].encode(), index))
    ring.sort()
    return [(value, index) for value, _, index in ring]


def owner(ring, key):
    """The index of the slot that owns a key."""
    import bisect

    value = int.from_bytes(hashlib.md5(key.encode()).digest()[:4], "little")
    place = bisect.bisect_left(ring, (value, -1))
    return ring[place % len(ring)][1]


def agreement(snapshot):
    ring = points(snapshot)
    owners = b"".join(owner(ring, f"ringd-agreement-{n}").to_bytes(4, "little") for n in range(4096))
    return "sha256:" + hashlib.sha256(owners).hexdigest()


def resident_megabytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
