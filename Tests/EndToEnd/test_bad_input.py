"""Bad input has a clear error and changes nothing."""

import json
import os
import socket
import subprocess
import threading
import urllib.request

import pytest

from fleet import BINARIES, Memcached, Ringd, free_port, read_snapshot, wait_until

# Changes, each with -y: arguments, exit status, words of the complaint.
CHANGES = [
    (["node", "add", "cache-1", "127.0.0.1:5"], 2, ["cache-1", "already"]),
    (["node", "add", "other", "127.0.0.1:1"], 2, ["127.0.0.1:1", "cache-1"]),
    (["node", "add", "zero", "127.0.0.1:0"], 2, ["port"]),
    (["node", "add", "big", "127.0.0.1:70000"], 2, ["port", "65535"]),
    (["node", "add", "word", "127.0.0.1:abc"], 2, ["port"]),
    (["node", "add", "space", "a b:11211"], 2, ["host"]),
    (["node", "add", "crlf", "a\r\nflush_all:11211"], 2, ["host"]),
    (["node", "add", "long", "h" * 300], 2, ["host"]),
    (["node", "add", "../x", "127.0.0.1:9"], 2, ["name"]),
    (["node", "add", "w", "127.0.0.1:9", "--weight=0"], 2, ["weight"]),
    (["node", "add", "w", "127.0.0.1:9", "--weight=-1"], 2, ["weight"]),
    (["node", "add", "w", "127.0.0.1:9", "--weight=1000000000"], 2, ["weight"]),
    (["node", "add", "w", "127.0.0.1:9", "--weight=ten"], 2, ["weight"]),
    (["node", "set", "cache-1", "weight=0"], 2, ["weight"]),
    (["node", "set", "cache-1", "wieght=5"], 2, ["weight"]),
    (["node", "remove", "cache-1"], 2, ["empty"]),
    (["node", "eject", "cache-1"], 2, ["empty"]),
    (["node", "remove", "cache-2"], 2, ["cache-1"]),
    (["node", "set", "cache-1", "weight=5", "--if-version", "7"], 3, ["version 1"]),
    (["pool", "set", "cofirm=1s"], 2, ["confirm"]),
    (["pool", "set", "confirm=fast"], 2, ["confirm"]),
    (["pool", "set", "timeout=5s"], 2, ["interval"]),
    (["pool", "set", "ramp=10%,50%"], 2, ["ramp"]),
    (["pool", "create", "Bad Name"], 2, ["pool"]),
    (["pool", "create", "other", "dialect=ketamma"], 2, ["dialect"]),
]

QUESTIONS = [
    (["node", "show", "nobody"], 2, ["nobody"]),
    (["node", "list", "-p", "defualt"], 2, ["default"]),
    (["node", "frobnicate"], 64, ["ringctl node"]),
    (["events", "--since", "2026-11-22T03:15", "--until", "2026-11-22T03:10"], 2, ["until", "after --since"]),
    (["ring", "show", "--version", "99"], 2, ["99"]),
]


@pytest.fixture
def one(ringd):
    ringd.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
    # Nothing answers there; frozen, the pool changes by commands alone.
    ringd.ctl("pool", "freeze", "-y")
    return ringd


def test_every_bad_input_is_told_and_changes_nothing(one):
    def state():
        fields = ("name", "host", "port", "weight", "admin")
        nodes = [{field: node[field] for field in fields} for node in one.json("node", "list")["nodes"]]
        return nodes, one.json("pool", "show")["policy"], one.json("ring", "history")["changes"]

    before = state()
    cases = [([*arguments, "-y"], *rest) for arguments, *rest in CHANGES] + QUESTIONS
    for arguments, status, words in cases:
        result = one.ctl(*arguments, check=False)
        assert result.returncode == status, f"{arguments}: {result.returncode} {result.stderr}"
        assert result.stdout == "", f"{arguments} talks on standard output"
        for word in words:
            assert word in result.stderr, f"{arguments} does not say '{word}': {result.stderr}"
        assert "\r" not in result.stderr and "\x1b" not in result.stderr
    assert state() == before


def test_nobody_there_is_told_with_what_to_do(tmp_path):
    result = subprocess.run(
        [BINARIES / "ringctl", "--socket", tmp_path / "none.sock", "status"], capture_output=True, text=True
    )
    assert result.returncode == 69
    assert "none.sock" in result.stderr and "ringd" in result.stderr


def test_a_nul_byte_in_a_request_is_refused(one):
    body = json.dumps({"action": "add-node", "node": "nul", "address": "a\0b:11211"})
    answer = subprocess.run(
        ["curl", "-s", "--unix-socket", one.socket, "-X", "POST", "http://ringd/v1/changes", "-d", body],
        capture_output=True,
        text=True,
    )
    assert json.loads(answer.stdout)["error"]["field"] in ("host", "address", "body")
    assert sorted(one.nodes()) == ["cache-1"]


def test_files_that_claim_to_be_of_the_year_3000_change_nothing(fleet):
    """Nanoseconds of such a time do not fit in 64 bits; a clock that is far off, or `touch -d`, makes them all the same."""
    ringd, _ = fleet(1)
    folder = ringd.ring_path().parent
    for path in (folder / "ring.json", folder / "versions" / "0000000001.json"):
        os.utime(path, (32_503_680_000, 32_503_680_000))
    ringd.ctl("node", "set", "cache-1", "weight=150", "-y")
    assert read_snapshot(ringd.ring_path())["version"] == 2
    os.utime(ringd.ring_path(), (32_503_680_000, 32_503_680_000))
    ringd.kill()
    ringd.start()
    ringd.ctl("node", "set", "cache-1", "weight=160", "-y")
    assert read_snapshot(ringd.ring_path())["version"] == 3


EVIL = "<img src=x onerror=alert(1)>\x1b[2J"


class StrangeServer:
    """A memcached whose name for its version is markup, and would clear a terminal."""

    def __init__(self):
        self.real = Memcached()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.real.port))
            threading.Thread(target=self.copy, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, True), daemon=True).start()

    def copy(self, source, target, is_answer):
        try:
            while part := source.recv(65536):
                if is_answer:
                    part = part.replace(b"STAT version 1", f"STAT version {EVIL}1".encode()).replace(b"VERSION 1", f"VERSION {EVIL}1".encode())
                target.sendall(part)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def stop(self):
        self.listener.close()
        self.real.stop()


def test_what_a_server_calls_its_version_is_shown_and_does_nothing(tmp_path):
    port = free_port()
    ringd = Ringd(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    strange = StrangeServer()
    try:
        ringd.ctl("node", "add", "cache-1", strange.address, "-y")
        wait_until(lambda: "onerror" in json.dumps(ringd.json("node", "list")), 20, "its version is known")
        for command in (["node", "show", "cache-1"], ["node", "list", "-o", "wide"], ["status", "default"], ["doctor"]):
            shown = ringd.ctl(*command, check=False)
            assert "\x1b" not in shown.stdout + shown.stderr, command
        assert "<img src=x onerror=alert(1)>" in ringd.ctl("node", "show", "cache-1").stdout
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/pools/default/nodes/cache-1", timeout=10).read().decode()
        assert "&lt;img src=x onerror=alert(1)&gt;" in page and "<img" not in page
        assert "<img" not in urllib.request.urlopen(f"http://127.0.0.1:{port}/pools/default", timeout=10).read().decode()
    finally:
        ringd.stop()
        strange.stop()


def test_words_in_any_script_are_kept(one):
    words = "CHG-7: größerer Speicher 🚚 日本 ערב"
    one.ctl("node", "set", "cache-1", "weight=50", "-y", "-m", words)
    assert words in one.ctl("ring", "history").stdout
    assert one.json("events")["events"][-1]["reason"] == words
    # What would turn the direction of a line is shown as a number and does nothing.
    assert one.ctl("pool", "freeze", "-m", "a\u202eb", check=False).returncode in (0, 2)
    assert "\u202e" not in one.ctl("events").stdout


def test_a_reader_that_goes_away_is_no_failure(one):
    command = f"{BINARIES}/ringctl --socket {one.socket} events -o json | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert ended.stdout.strip() == "0" and ended.stderr == ""
