"""Eight servers and two spares on days that go wrong, as an operator would stage them.

`RINGD_FLAP_SECONDS` and `RINGD_STOP_SECONDS` make the long ones as long as wanted: 300 and 60 for a release.
"""

import os
import signal
import time

import pytest
from fleet import read_snapshot, wait_until

FLAP_SECONDS = float(os.environ.get("RINGD_FLAP_SECONDS", 40))
STOP_SECONDS = float(os.environ.get("RINGD_STOP_SECONDS", 8))
CONFIRM = 2
# What the guard against too many changes counts: holds, their release and what an operator did are not in it.
CHANGES = {"eject", "promote", "rejoin", "failback"}


@pytest.fixture
def guarded(fleet, servers):
    """Eight servers and two spares that are ready."""
    ringd, active = fleet(8)
    spares = servers(2)
    for number, server in enumerate(spares, 1):
        ringd.ctl("spare", "add", f"spare-{number}", server.address, "-y")
    ready = lambda: all(ringd.nodes()[f"spare-{n}"]["health"] == "up" for n in (1, 2))
    wait_until(ready, 10, "both spares answer")
    return ringd, active, spares


def slots(ringd):
    return {slot["label"]: slot["node"] for slot in read_snapshot(ringd.ring_path())["slots"]}


def automatic_changes(ringd):
    events = ringd.json("events", "--limit", "1000")["events"]
    return [event for event in events if event["actor"]["user"] == "ringd" and event["kind"] in CHANGES]


def test_a_flushed_spare_has_the_slot_of_a_dead_server_and_no_key_moves(guarded):
    ringd, servers, spares = guarded
    before = slots(ringd)
    spares[0].set("left-over", "from another life")
    spares[1].set("left-over", "from another life")
    servers[2].kill()
    label = next(label for label, node in before.items() if node == "cache-3")
    _, seconds = wait_until(lambda: slots(ringd)[label] != "cache-3", CONFIRM + 3, "a spare has the slot")
    print(f"a spare had the slot {seconds:.2f} s after the kill")
    after = slots(ringd)
    name = after.pop(label)
    before.pop(label)
    assert after == before
    spare = spares[int(name.removeprefix("spare-")) - 1]
    assert spare.get("left-over") is None
    newest = ringd.json("ring", "history", "--limit", "1")["changes"][0]
    assert newest["moved_share"] == 0


def test_nothing_moves_when_three_die_within_a_second(guarded):
    ringd, servers, _ = guarded
    version = read_snapshot(ringd.ring_path())["version"]
    for server in servers[:3]:
        server.kill()
    wait_until(lambda: ringd.json("status")["pools"][0]["mode"] == "frozen", 8, "the pool is frozen")
    time.sleep(CONFIRM + 3)
    assert read_snapshot(ringd.ring_path())["version"] == version
    assert automatic_changes(ringd) == []


@pytest.mark.parametrize("with_spares", [True, False], ids=["with spares", "without spares"])
def test_a_flapping_server_makes_at_most_four_changes(fleet, servers, request, with_spares):
    ringd, active = request.getfixturevalue("guarded")[:2] if with_spares else fleet(8)
    end = time.monotonic() + FLAP_SECONDS
    flips = 0
    while time.monotonic() < end:
        active[4].freeze()
        time.sleep(6)
        active[4].thaw()
        time.sleep(6)
        flips += 1
    changes = automatic_changes(ringd)
    print(f"{flips} flips in {FLAP_SECONDS:.0f} s: {[event['kind'] for event in changes]}")
    assert 1 <= len(changes) <= 4
    events = ringd.json("events", "--limit", "1000")["events"]
    assert [event["kind"] for event in events].count("down") >= min(flips, 2), "the checker saw it flap"


def test_a_stop_of_the_checker_ejects_nobody(guarded):
    ringd, _, _ = guarded
    version = read_snapshot(ringd.ring_path())["version"]
    os.kill(ringd.process.pid, signal.SIGSTOP)
    time.sleep(STOP_SECONDS)
    os.kill(ringd.process.pid, signal.SIGCONT)
    kinds = lambda: [event["kind"] for event in ringd.json("events")["events"]]
    wait_until(lambda: "distrust" in kinds(), 10, "it distrusts itself")
    # Longer than any fall and confirmation would take.
    time.sleep(8)
    assert read_snapshot(ringd.ring_path())["version"] == version
    assert automatic_changes(ringd) == []
