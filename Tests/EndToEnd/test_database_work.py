"""A person who backs the database up or compacts it sees how far that is; a program sees nothing of it."""

import json
import os
import re
import signal
import socketserver
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler

import jsonschema
import pytest

from control import Control
from fleet import BINARIES, ROOT
from terminal import ENVIRONMENT, on_a_terminal
from test_http_api import closed

MEGABYTES = int(os.environ.get("RINGD_BALLAST", "128"))
BAR = re.compile(r"([a-z ]+) \[(#*)( *)\]  (\d+) %(?:  (\d+(?:\.\d)?) MB/s)?(?:  (\d+) (?:s|min) left)?\x1b\[K$")


@pytest.fixture
def large(ringd):
    """A daemon on a database with nothing in it but much of that."""
    ringd.stop()
    with sqlite3.connect(ringd.data / "ringd.db") as database:
        database.execute("CREATE TABLE ballast (page BLOB)")
        numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        database.execute(f"INSERT INTO ballast {numbers} SELECT zeroblob(4000) FROM n", (MEGABYTES * 250,))
    database.close()
    return ringd.start(60)


def seen_bars(shown, title):
    """The share that each bar showed, in order."""
    lines = shown.split("\r")
    bars = [found for line in lines if (found := BAR.match(line))]
    assert {bar[1] for bar in bars} == {title}, shown
    assert all(len(bar[2] + bar[3]) == 24 and abs(len(bar[2]) - 0.24 * int(bar[4])) <= 1 for bar in bars), shown
    return [int(bar[4]) for bar in bars]


class Watcher(threading.Thread):
    """Asks a daemon over and over how far its work is, and holds it up between: no machine is too fast to see it."""

    def __init__(self, ringd):
        super().__init__()
        self.socket, self.pid = ringd.socket, ringd.process.pid
        self.stopped = threading.Event()
        self.seen = []

    def run(self):
        with Control(self.socket) as control:
            while not self.stopped.is_set():
                answer = json.loads(control.get("/v1/db/work"))
                if answer["running"]:
                    self.seen.append(answer)
                os.kill(self.pid, signal.SIGSTOP)
                self.stopped.wait(0.05)
                os.kill(self.pid, signal.SIGCONT)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join(60)


@pytest.mark.parametrize("work, title", [("backup", "copying the database"), ("compact", "compacting the database")])
def test_a_bar_on_a_terminal_and_nothing_in_a_pipe(large, tmp_path, work, title):
    command = [BINARIES / "ringctl", "--socket", large.socket, "db", work, "--no-color"]
    name = [tmp_path / "copy.db"] if work == "backup" else []
    with Watcher(large) as watcher:
        status, _, shown = on_a_terminal(*command, *name, whole=True)
    assert status == 0, shown
    shares = seen_bars(shown, title)
    assert shares == sorted(shares) and all(0 <= share <= 100 for share in shares), shares
    # The line is taken away again, and the answer stands in its place.
    assert re.search(r"\r\x1b\[K(backup|before)  .*\n$", shown, re.DOTALL), shown

    document = json.loads((ROOT / "Sources/RingServer/OpenAPI/openapi.json").read_text())
    schema = jsonschema.Draft202012Validator(closed(document["components"]["schemas"]["DatabaseWork"], document))
    steps = []
    for answer in watcher.seen:
        schema.validate(answer)
        (running,) = answer["running"]
        assert running["work"] == work
        if "of_bytes" in running:
            steps.append((running["done_bytes"], running["of_bytes"]))
    shares = [done / total for done, total in steps]
    assert shares == sorted(shares) and shares[-1] <= 1, shares
    assert sum(0.05 < share < 0.95 for share in shares) >= 5, f"it was told while it went on: {shares}"
    assert steps[-1][1] >= MEGABYTES * (1 if work == "backup" else 2.5) * 1_000_000

    piped = large.ctl("db", work, *(tmp_path / f"{path.name}-2" for path in name))
    assert piped.stderr == "" and "\r" not in piped.stdout
    with Control(large.socket) as control:
        assert json.loads(control.get("/v1/db/work")) == {"schema": 1, "running": []}
    assert large.json("db", "check")["sound"] is True


def test_changes_go_on_during_a_backup(large, tmp_path):
    large.ctl("pool", "create", "default")
    large.ctl("pool", "freeze", "-m", "a test changes it", "-y")
    versions = []
    with Control(large.socket) as control:
        with Control(large.socket) as other:
            backup = threading.Thread(
                target=lambda: versions.append(
                    json.loads(other.exchange("POST", "/v1/db/backup", json.dumps({"file": str(tmp_path / "copy.db")})))
                )
            )
            backup.start()
            made = 0
            while backup.is_alive():
                settings = [{"key": "interval", "value": f"{made + 1000}ms"}]
                control.change(action="set-pool", pool="default", settings=settings)
                made += 1
            backup.join()
    newest = large.json("events", "--limit", "1")["events"][0]["event"]
    assert made >= 3 and newest - versions[0]["event"] >= 2, "changes came while it was copied, and are not in the copy"


class OldRingd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A ringd of before, which cannot tell how far it is, and compacts until it is let go."""

    daemon_threads = True

    def __init__(self, path):
        super().__init__(str(path), OldAnswers)
        self.asked, self.may_end = [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class OldAnswers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        failure = {"code": "not-found", "problem": "there is no such route", "hint": "see GET /v1/version for the daemon"}
        self.answer(404, {"schema": 1, "error": failure})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.may_end.wait(30)
        self.answer(200, {"schema": 1, "before_bytes": 2, "after_bytes": 1})

    def answer(self, status, message):
        body = json.dumps(message).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def old(tmp_path):
    server = OldRingd(tmp_path / "old.sock")
    yield server
    server.shutdown()
    server.server_close()


def test_an_old_daemon_shows_the_time(old):
    def seeing(shown):
        if shown.count("\r") >= 3:
            old.may_end.set()

    command = [BINARIES / "ringctl", "--socket", old.server_address, "db", "compact", "--no-color"]
    status, _, shown = on_a_terminal(*command, whole=True, seeing=seeing)
    assert status == 0 and re.match(r"\rcompacting the database … \d+ s\x1b\[K\r", shown), shown
    assert "[" not in shown.replace("\x1b[K", "") and set(old.asked) == {"/v1/db/work"}


@pytest.mark.parametrize("whole, env", [(False, ENVIRONMENT), (True, {**ENVIRONMENT, "TERM": "dumb"})])
def test_nothing_is_drawn_where_nothing_can_be(old, whole, env):
    threading.Timer(1.5, old.may_end.set).start()
    command = [BINARIES / "ringctl", "--socket", old.server_address, "db", "compact"]
    status, output, shown = on_a_terminal(*command, whole=whole, env=env)
    assert status == 0 and old.asked == []
    assert "\x1b" not in output + shown and (output + shown).startswith("before  2 bytes")
