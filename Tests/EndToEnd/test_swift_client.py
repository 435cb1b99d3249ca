"""An application on the Swift client, while real servers come, die, return and are replaced."""

import json
import os
import statistics
import subprocess
import threading
import time

import pytest

from fleet import BINARIES, read_snapshot, wait_until

DRIVER = os.environ.get("RINGD_CLIENT_DRIVER", str(BINARIES / "clientdriver"))
POLL = 0.1
GRACE = 0.05 if "release" in DRIVER else 0.5
"""What a client may take beyond its poll to read a version, check it, build the ring and swap it in.

Compiled for debugging, hashing alone takes longer than all of that compiled for use.
"""


class Application:
    """The driver in its own process: it writes and reads until `finish`, and tells when it adopts a version."""

    def __init__(self, ringd, *options, poll=POLL):
        command = [DRIVER, "loop", "--snapshots", ringd.data / "snapshots"]
        self.process = subprocess.Popen(
            [*command, "--poll", str(round(poll * 1000)), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.path = ringd.ring_path()
        self.published = {}
        self.adopted = {}
        self.summary = None
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        threading.Thread(target=self.watch, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "version" in told:
                self.adopted[told["version"]] = told["at"] / 1e9
            else:
                self.summary = told

    def watch(self):
        """Notes when each version is there for everybody to see, to two milliseconds."""
        last = None
        while self.process.poll() is None:
            try:
                status = self.path.stat()
                if (status.st_ino, status.st_mtime_ns) != last:
                    seen = time.time()
                    last = status.st_ino, status.st_mtime_ns
                    self.published.setdefault(json.loads(self.path.read_bytes())["version"], seen)
            except FileNotFoundError:
                pass
            time.sleep(0.002)

    def wait_for(self, version):
        wait_until(lambda: version in self.adopted, 20, f"the application uses version {version}")

    def finish(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.reader.join(10)
        assert self.summary is not None
        return self.summary

    def delays(self):
        """Seconds from the publication of each version to its adoption; the first one was there before."""
        first = min(self.adopted)
        return {
            version: at - self.published[version]
            for version, at in self.adopted.items()
            if version != first and version in self.published
        }


@pytest.fixture
def application():
    running = []

    def start(*arguments, **options):
        running.append(Application(*arguments, **options))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


def version_of(ringd):
    return read_snapshot(ringd.ring_path())["version"]


def changed(ringd, kind, within, what):
    snapshot, _ = wait_until(
        lambda: (s := read_snapshot(ringd.ring_path()))["change"]["kind"] == kind and s, within, what
    )
    return snapshot["version"]


def judge(delays, poll):
    """The clock of the machine decides how late a process may be woken, so the worst is bounded loosely."""
    print({version: f"{1000 * delay:.0f} ms" for version, delay in sorted(delays.items())})
    assert statistics.median(delays.values()) <= poll + GRACE, delays
    assert max(delays.values()) <= poll + 2, delays


def test_an_application_sees_misses_and_nothing_else(fleet, servers, application):
    ringd, (one, two, three) = fleet(3)
    loop = application(ringd)
    loop.wait_for(version_of(ringd))

    four, five = servers(2)
    ringd.ctl("node", "add", "cache-4", four.address, "-y")
    loop.wait_for(version_of(ringd))

    two.kill()
    loop.wait_for(changed(ringd, "eject", 10, "the killed server is ejected"))
    two.start()
    loop.wait_for(changed(ringd, "rejoin", 60, "the server is back"))

    ringd.ctl("node", "remove", "cache-3", "-y")
    loop.wait_for(version_of(ringd))
    three.kill()
    ringd.ctl("node", "add", "cache-5", five.address, "-y")
    loop.wait_for(version_of(ringd))
    nodes = {slot["node"] for slot in read_snapshot(ringd.ring_path())["slots"]}
    assert nodes == {"cache-1", "cache-2", "cache-4", "cache-5"}

    summary = loop.finish()
    print(summary)
    assert summary["errors"] == 0, summary["first_error"]
    assert summary["stale"] == 0
    assert summary["reads"] > 1000 and summary["misses"] < summary["reads"]
    assert summary["unavailable"] > 0, "a killed server was felt, as misses"
    assert summary["loads"] == len(loop.adopted) and summary["failures"] == 0
    judge(loop.delays(), POLL)


def test_an_application_that_hears_of_changes_need_not_wait_for_its_poll(fleet, application):
    ringd, _ = fleet(3)
    loop = application(ringd, "--wake", poll=5)
    loop.wait_for(version_of(ringd))
    # The watch begins some time after the first load; what comes before it is found by the poll.
    for number in range(8):
        ringd.ctl("node", "set", "cache-1", f"weight={101 + number}", "-y")
        loop.wait_for(version_of(ringd))
    assert loop.finish()["errors"] == 0
    delays = list(loop.delays().values())
    print([f"{1000 * delay:.0f} ms" for delay in delays])
    assert statistics.median(delays) <= 2 * GRACE, "far less than the five seconds of a poll"


def test_an_application_outlives_what_it_follows(fleet, application, tmp_path):
    ringd, _ = fleet(3)
    keep = tmp_path / "kept.json"
    first = application(ringd, "--keep", keep)
    first.wait_for(version_of(ringd))
    ringd.kill()
    ringd.ring_path().unlink()
    begin = time.monotonic()
    second = application(ringd, "--keep", keep)
    second.wait_for(3)
    wait_until(lambda: time.monotonic() - begin > 1, 5, "both have gone on for a while")
    for each in (first, second):
        summary = each.finish()
        assert summary["errors"] == 0 and summary["stale"] == 0 and summary["reads"] > 0
        assert summary["ring_error"].startswith("missing"), "it says what is wrong, and goes on"
