"""SIGKILL at random moments: what was acknowledged is there, and versions only rise."""

import json
import os
import random
import sqlite3
import subprocess
import threading
import time

from fleet import BINARIES, Ringd, free_port, read_snapshot

KILLS = int(os.environ.get("RINGD_KILLS", "25"))


class Checker:
    """Compares what was promised with what is there after a crash."""

    def __init__(self, ringd):
        self.ringd = ringd
        self.weights = {}  # name -> acknowledged weight; absent: acknowledged as removed
        self.unsure = set()  # names whose last change was not acknowledged
        self.contents = {}  # version -> digest: no number is used twice
        self.highest = 0
        self.torn = 0

    def watch(self, stop):
        """Reads the published file in a tight loop; it must be whole at all times and never go back."""
        while not stop.is_set():
            try:
                snapshot = read_snapshot(self.ringd.ring_path())
            except FileNotFoundError:
                continue
            version = snapshot["version"]
            assert version >= self.highest, f"went back from {self.highest} to {version}"
            assert self.contents.setdefault(version, snapshot["digest"]) == snapshot["digest"]
            self.highest = version

    def check_after_restart(self):
        published = read_snapshot(self.ringd.ring_path())
        with sqlite3.connect(f"file:{self.ringd.data}/ringd.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT version, lower(hex(digest)) FROM ring_version ORDER BY version").fetchall()
        assert [version for version, _ in rows] == list(range(1, len(rows) + 1)), "numbers have gaps or repeat"
        assert published["version"] == rows[-1][0], "ring.json is not the newest version of the database"
        for version, digest in rows:
            assert self.contents.setdefault(version, f"sha256:{digest}") == f"sha256:{digest}", f"version {version}"
        nodes = {name: node["weight"] for name, node in self.ringd.nodes().items()}
        for name in set(nodes) | set(self.weights):
            if name not in self.unsure:
                assert nodes.get(name) == self.weights.get(name), f"acknowledged state of {name} is lost"
        self.weights = nodes
        self.unsure = set()


def operate(ringd, checker, rng, stop):
    """Adds, re-weights and removes nodes, and remembers what was acknowledged."""
    while not stop.is_set():
        names = sorted(set(checker.weights) - {"anchor"})
        choice = rng.random()
        if choice < 0.4 or not names:
            name, weight = f"n{rng.randrange(10**9)}", rng.randrange(1, 200)
            change = ["node", "add", name, f"127.0.0.1:{rng.randrange(20000, 60000)}", f"--weight={weight}", "--now"]
        elif choice < 0.8:
            name, weight = rng.choice(names), rng.randrange(1, 200)
            change = ["node", "set", name, f"weight={weight}"]
        else:
            name, weight = rng.choice(names), None
            change = ["node", "remove", name]
        checker.unsure.add(name)
        result = ringd.ctl(*change, "-y", check=False)
        if result.returncode == 0:
            checker.unsure.discard(name)
            if weight is None:
                checker.weights.pop(name, None)
            else:
                checker.weights[name] = weight
        elif result.returncode == 2:
            checker.unsure.discard(name)


def test_survives_being_killed_at_random_moments(tmp_path):
    seed = int(os.environ.get("RINGD_SEED", time.time_ns() % 10**6))
    print(f"seed {seed}")
    rng = random.Random(seed)
    ringd = Ringd(tmp_path / "data").start()
    ringd.ctl("node", "add", "anchor", f"127.0.0.1:{free_port()}", "--now", "-y")
    ringd.ctl("pool", "set", "mode=observe", "-y")
    checker = Checker(ringd)
    checker.weights = {"anchor": 100}
    reading = threading.Event()
    failures = []

    def watch():
        try:
            checker.watch(reading)
        except AssertionError as failure:
            failures.append(failure)

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        for _ in range(KILLS):
            stop = threading.Event()
            operator = threading.Thread(target=operate, args=(ringd, checker, rng, stop))
            operator.start()
            time.sleep(rng.random() * 0.6)
            ringd.kill()
            stop.set()
            operator.join()
            ringd.start()
            checker.check_after_restart()
            assert not failures, failures[0]
    finally:
        reading.set()
        reader.join()
        ringd.stop()
    assert not failures, failures[0]
    print(f"{KILLS} kills, {checker.highest} versions")
