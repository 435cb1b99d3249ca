"""Reads a snapshot in a tight loop while somebody publishes, and says whether anything was ever wrong.

    python3 reader_race.py PATH [--pool NAME] [--seconds S | --until-version N] [--readers COUNT]

Written from the specification of format 1 alone. Each read opens the path, reads it whole from one descriptor and
checks JSON, pool, digest and order. It prints one line of JSON: reads, versions seen, torn (not JSON, or members
missing), digest_mismatches, backward (an (epoch, version) below one that this reader has seen), changed (one version
with two digests), missing (the path was not there). It exits with 1 if any of the last five is above 0, or if it read
nothing.
"""

import argparse
import hashlib
import json
import multiprocessing
import sys
import time

SIZE_LIMIT = 64 << 20
COUNTS = ("reads", "torn", "digest_mismatches", "backward", "changed", "missing")


def digest(snapshot):
    """SHA-256 over the lines that the specification lists."""

    def cell(value):
        return "" if value is None else str(value)

    dialect = snapshot["dialect"]
    lines = ["ringd-snapshot 1"]
    lines += [f"{name}={cell(snapshot[name])}" for name in ("pool", "epoch", "version", "parent", "created_at")]
    lines += [f"dialect={dialect['name']}", f"key_hash={dialect['key_hash']}"]
    lines += [f"option.{name}={value}" for name, value in sorted(dialect["options"].items())]
    lines += [f"agreement={snapshot['agreement']}", f"audit_head={snapshot['audit_head']}"]
    for slot in snapshot["slots"]:
        names = ("label", "weight", "points", "state", "node", "host", "port", "zone")
        lines.append("\t".join(["slot", *(cell(slot.get(name)) for name in names)]))
    return "sha256:" + hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def read_until(path, pool, deadline, last_version, results):
    counts = dict.fromkeys(COUNTS, 0)
    digests = {}
    latest = (0, 0)
    complaints = []

    def complain(name, what):
        counts[name] += 1
        if len(complaints) < 5:
            complaints.append(f"{name}: {what}")

    while time.monotonic() < deadline and latest[1] < last_version:
        counts["reads"] += 1
        try:
            with open(path, "rb") as file:
                data = file.read(SIZE_LIMIT + 1)
        except FileNotFoundError as error:
            complain("missing", error)
            continue
        try:
            snapshot = json.loads(data.decode("utf-8"))
            place = (snapshot["epoch"], snapshot["version"])
            computed = digest(snapshot)
            if snapshot["format"] != 1 or not snapshot["slots"] or (pool and snapshot["pool"] != pool):
                raise ValueError("another format or pool, or no slots")
        except (ValueError, KeyError, TypeError) as error:
            complain("torn", f"{len(data)} bytes, {error!r}")
            continue
        if computed != snapshot["digest"]:
            complain("digest_mismatches", place)
            continue
        if place < latest:
            complain("backward", f"{place} after {latest}")
        if digests.setdefault(place, computed) != computed:
            complain("changed", place)
        latest = max(latest, place)
    results.put((counts, sorted(digests.items()), complaints))


def race(path, pool, seconds, last_version, readers):
    """Runs the readers and adds up what they saw."""
    results = multiprocessing.Queue()
    deadline = time.monotonic() + seconds
    processes = [
        multiprocessing.Process(target=read_until, args=(path, pool, deadline, last_version, results), daemon=True)
        for _ in range(readers)
    ]
    for process in processes:
        process.start()
    total = dict.fromkeys(COUNTS, 0)
    digests = {}
    complaints = []
    for _ in processes:
        counts, seen, said = results.get(timeout=seconds + 60)
        for name in COUNTS:
            total[name] += counts[name]
        for place, value in seen:
            if digests.setdefault(place, value) != value:
                total["changed"] += 1
        complaints += said
    for process in processes:
        process.join()
    total["versions"] = len(digests)
    total["first"] = min((version for _, version in digests), default=None)
    total["last"] = max((version for _, version in digests), default=None)
    total["complaints"] = complaints[:5]
    total["ok"] = total["versions"] > 0 and not any(total[name] for name in COUNTS[1:])
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--pool", help="refuse snapshots of another pool")
    parser.add_argument("--seconds", type=float, default=10, help="how long, at most (10)")
    parser.add_argument("--until-version", type=int, default=sys.maxsize, help="end once this version was read")
    parser.add_argument("--readers", type=int, default=1, help="how many processes read (1)")
    arguments = parser.parse_args()
    result = race(arguments.path, arguments.pool, arguments.seconds, arguments.until_version, arguments.readers)
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
