"""An application on the Swift client, while real servers come, die, return and are replaced."""

import os
import statistics
import time

import pytest

from fleet import BINARIES, read_snapshot, wait_until, wait_until_nothing_is_old
from publications import Application

DRIVER = os.environ.get("RINGD_CLIENT_DRIVER", str(BINARIES / "clientdriver"))
POLL = 0.1
GRACE = 0.05 if "release" in DRIVER else 0.5
"""What a client may take beyond its poll to read a version, check it, build the ring and swap it in.

Compiled for debugging, hashing alone takes longer than all of that compiled for use.
"""


@pytest.fixture
def application():
    running = []

    def start(ringd, *options, poll=POLL):
        command = [DRIVER, "loop", "--snapshots", ringd.data / "snapshots", "--poll", round(poll * 1000), *options]
        running.append(Application(command, ringd.ring_path()))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def version_of(ringd):
    return read_snapshot(ringd.ring_path())["version"]


def changed(ringd, kind, within, what):
    snapshot, _ = wait_until(
        lambda: (s := read_snapshot(ringd.ring_path()))["change"]["kind"] == kind and s, within, what
    )
    return snapshot["version"]


def judge(delays, poll):
    print({version: f"{1000 * by_clock:.0f} ms" for version, (by_clock, _) in sorted(delays.items())})
    assert max(own for _, own in delays.values()) <= poll + GRACE, delays


def test_an_application_sees_misses_and_nothing_else(fleet, servers, application):
    ringd, (one, two, three) = fleet(3)
    wait_until_nothing_is_old(ringd, "cache-2")
    loop = application(ringd)
    loop.wait_for(version_of(ringd))

    four, five = servers(2)
    ringd.ctl("node", "add", "cache-4", four.address, "-y")
    loop.wait_for(version_of(ringd))

    two.kill()
    loop.wait_for(changed(ringd, "eject", 10, "the killed server is ejected"))
    two.start()
    loop.wait_for(changed(ringd, "rejoin", 60, "the server is back"))

    before = version_of(ringd)
    ringd.ctl("node", "replace", "cache-3", five.address, "-y")
    replaced = wait_until(lambda: (v := version_of(ringd)) > before and v, 60, "another server has its place")[0]
    loop.wait_for(replaced)
    three.kill()
    ports = {slot["port"] for slot in read_snapshot(ringd.ring_path())["slots"]}
    assert ports == {server.port for server in (one, two, four, five)}

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
    delays = [by_clock for by_clock, _ in loop.delays().values()]
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
