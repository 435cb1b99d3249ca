"""A reader in a tight loop against many publications."""

import os
import threading

from fleet import read_snapshot

PUBLICATIONS = int(os.environ.get("RINGD_PUBLICATIONS", "200"))


def test_a_tight_loop_never_sees_a_torn_or_older_snapshot(fleet):
    ringd, _ = fleet(3)
    stop = threading.Event()
    seen = {}
    failures = []
    reads = 0

    def read():
        nonlocal reads
        newest = 0
        while not stop.is_set():
            try:
                snapshot = read_snapshot(ringd.ring_path())
                assert snapshot["version"] >= newest, f"went back from {newest} to {snapshot['version']}"
                newest = snapshot["version"]
                assert seen.setdefault(newest, snapshot["digest"]) == snapshot["digest"]
                reads += 1
            except (AssertionError, ValueError, OSError) as failure:
                failures.append(failure)
                return

    reader = threading.Thread(target=read)
    reader.start()
    first = read_snapshot(ringd.ring_path())["version"]
    for number in range(PUBLICATIONS):
        ringd.ctl("node", "set", "cache-1", f"weight={100 + number % 2 * 50 + 1}", "-y")
    stop.set()
    reader.join()
    assert not failures, failures[0]
    assert read_snapshot(ringd.ring_path())["version"] == first + PUBLICATIONS
    print(f"{reads} reads, {len(seen)} versions seen of {PUBLICATIONS} published, 0 torn, 0 backward")
