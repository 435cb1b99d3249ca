"""An application on each Python adapter, while ringd follows servers that are added, killed, returned and replaced."""

import sys
from pathlib import Path

from fleet import read_snapshot, wait_until
from publications import Application

ADAPTERS = ("python-memcached", "pymemcache", "pylibmc")
SCRIPT = Path(__file__).parent / "application.py"
POLL = 0.2
GRACE = 0.05
"""What a client may take beyond its poll to read a version, check it, build the ring and swap it in."""


def test_applications_see_only_misses_while_servers_come_and_go(ringd, servers):
    fleet = servers(5)
    # So much in so short a time is what the guards are there to stop.
    guards = ("burst-window=1s", "move-budget=100%", "max-changes-per-hour=60", "damping=off")
    timing = ("interval=300ms", "timeout=200ms", "fast-interval=100ms", "confirm=300ms")
    ringd.ctl("pool", "create", "default", *timing, *guards)
    for number in (1, 2, 3):
        ringd.ctl("node", "add", f"cache-{number}", fleet[number - 1].address, "-y")
    running = []

    def routed(what, holds, within=60):
        """Waits until a step is on the ring, and until everybody uses that version."""
        snapshot, _ = wait_until(lambda: (s := read_snapshot(ringd.ring_path())) and holds(s) and s, within, what)
        for application in running:
            application.wait_for(snapshot["version"])

    def nodes(snapshot):
        return {slot["node"] for slot in snapshot["slots"]}

    try:
        for adapter in ADAPTERS:
            command = [sys.executable, SCRIPT, adapter, ringd.ring_path(), "default"]
            running.append(Application(command, ringd.ring_path()))
        routed("all begin", lambda s: len(s["slots"]) == 3)
        ringd.ctl("node", "add", "cache-4", fleet[3].address, "-y")
        routed("the fourth is added", lambda s: len(s["slots"]) == 4)
        fleet[0].kill()
        routed("the killed one is off", lambda s: "cache-1" not in nodes(s))
        fleet[0].start()
        routed("it is back", lambda s: "cache-1" in nodes(s))
        ringd.ctl("spare", "add", "cache-5", fleet[4].address, "-y")
        wait_until(lambda: ringd.nodes()["cache-5"]["health"] == "up", 30, "the spare is ready")
        fleet[1].kill()
        routed("the spare has its place", lambda s: "cache-5" in nodes(s) and "cache-2" not in nodes(s))
        results = {adapter: application.finish() for adapter, application in zip(ADAPTERS, running)}
    finally:
        for application in running:
            application.stop()

    for (adapter, result), application in zip(results.items(), running):
        assert not result["errors"], (adapter, result["errors"])
        assert not result["stale"], (adapter, result["stale"])
        assert result["failures"] == 0 and result["hits"] > 0, (adapter, result)
        delays = application.delays()
        assert len(delays) >= 4, "added, killed, returned, replaced"
        worst = max(by_clock for by_clock, _ in delays.values())
        print(
            f"{adapter}: {result['turns']} turns, {result['hits']} hits, {result['misses']} misses; "
            f"routed at most {1000 * worst:.0f} ms after publication, with a poll of {1000 * POLL:.0f} ms"
        )
        assert max(own for _, own in delays.values()) <= POLL + GRACE, (adapter, delays)
