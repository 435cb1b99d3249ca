"""An application on each Python adapter, while ringd follows servers that are added, killed, returned and replaced."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

from fleet import read_snapshot, wait_until

ADAPTERS = ("python-memcached", "pymemcache", "pylibmc")


class Application:
    """One process of `application.py`."""

    def __init__(self, adapter, path):
        script = Path(__file__).parent / "application.py"
        command = [sys.executable, script, adapter, path, "default"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        ready = self.process.stdout.readline()
        assert ready == "ready\n", self.process.stderr.read()

    def finish(self):
        output, errors = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, errors
        return json.loads(output)

    def stop(self):
        self.process.kill()
        self.process.wait()


def test_applications_see_only_misses_while_servers_come_and_go(ringd, servers):
    fleet = servers(5)
    # So much in so short a time is what the guards are there to stop.
    guards = ("burst-window=1s", "move-budget=100%", "max-changes-per-hour=60", "damping=off")
    timing = ("interval=300ms", "timeout=200ms", "fast-interval=100ms", "confirm=300ms")
    ringd.ctl("pool", "create", "default", *timing, *guards)
    for number in (1, 2, 3):
        ringd.ctl("node", "add", f"cache-{number}", fleet[number - 1].address, "-y")
    running = []

    def published(what, holds, within=60):
        return wait_until(lambda: (s := read_snapshot(ringd.ring_path())) and holds(s) and s, within, what)

    def nodes(snapshot):
        return {slot["node"] for slot in snapshot["slots"]}

    try:
        running += [Application(adapter, ringd.ring_path()) for adapter in ADAPTERS]
        ringd.ctl("node", "add", "cache-4", fleet[3].address, "-y")
        published("the fourth is added", lambda s: len(s["slots"]) == 4)
        fleet[0].kill()
        published("the killed one is off", lambda s: "cache-1" not in nodes(s))
        fleet[0].start()
        published("it is back", lambda s: "cache-1" in nodes(s))
        ringd.ctl("spare", "add", "cache-5", fleet[4].address, "-y")
        wait_until(lambda: ringd.nodes()["cache-5"]["health"] == "up", 30, "the spare is ready")
        fleet[1].kill()
        published("the spare has its place", lambda s: "cache-5" in nodes(s) and "cache-2" not in nodes(s))
        versions = {int(path.stem): path.stat().st_mtime for path in (ringd.ring_path().parent / "versions").iterdir()}
        results = {}
        for adapter, application in zip(ADAPTERS, running):
            results[adapter] = application.finish()
    finally:
        for application in running:
            application.stop()

    for adapter, result in results.items():
        assert not result["errors"], (adapter, result["errors"])
        assert not result["stale"], (adapter, result["stale"])
        assert result["failures"] == 0 and result["hits"] > 0, (adapter, result)
        delays = [at - versions[version] for version, at in result["adopted"]]
        assert len(delays) >= 3, (adapter, result["adopted"])
        bound = 1.2 * result["poll"] + 0.05
        middle, worst = statistics.median(delays), max(delays)
        print(
            f"{adapter}: {result['turns']} turns, {result['hits']} hits, {result['misses']} misses; "
            f"routed {1000 * middle:.0f} ms after publication, at most {1000 * worst:.0f} ms"
        )
        # One that was starved on a loaded machine proves nothing; all of them would.
        assert middle <= bound, (adapter, delays)
