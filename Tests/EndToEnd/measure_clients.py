"""Measures the Swift client beside its peers, in the same run; prints a table.

Single gets from 64 tasks on loopback: `MemcachedClient` against libmemcached's own load generator and against pylibmc
from as many threads. Then what following the ring costs: loads, idle polls, look-ups while versions come.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from fleet import ROOT, Memcached

DRIVER = Path(os.environ.get("RINGD_BINARIES", ROOT / ".build" / "release")) / "clientdriver"
TASKS = 64
KEYS = 10_000
SIZE = 100
SECONDS = int(os.environ.get("RINGD_SECONDS", "5"))
VERSIONS = int(os.environ.get("RINGD_VERSIONS", "1000"))


def driver(*arguments):
    result = subprocess.run([DRIVER, *map(str, arguments)], capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def swift(port, connections):
    answer = driver(
        "requests", "--port", port, "--tasks", TASKS, "--keys", KEYS, "--size", SIZE, "--seconds", SECONDS,
        "--connections", connections,
    )  # fmt: skip
    return answer["gets_per_second"]


def memaslap(port):
    """libmemcached's load generator, whose binary Debian calls memcaslap; `None` where there is none."""
    command = shutil.which("memaslap") or shutil.which("memcaslap")
    if command is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as configuration:
        configuration.write(f"key\n20 20 1\nvalue\n{SIZE} {SIZE} 1\ncmd\n0 0.0\n1 1.0\n")
        configuration.flush()
        result = subprocess.run(
            [command, "-s", f"127.0.0.1:{port}", "-T", "1", "-c", str(TASKS), "-t", f"{SECONDS}s",
             "-w", "1k", "-F", configuration.name],
            capture_output=True,
            text=True,
            timeout=SECONDS + 60,
        )  # fmt: skip
    found = re.search(r"TPS: (\d+)", result.stdout)
    return int(found.group(1)) if found else None


def pylibmc_threads(port):
    """As many threads as there are tasks, each with a connection of its own; `None` where pylibmc is missing."""
    try:
        import pylibmc
    except ImportError:
        return None
    keys = [f"key:{number:016}" for number in range(KEYS)]
    counts = [0] * TASKS
    begun = threading.Barrier(TASKS + 1)
    over = threading.Event()

    def read(index):
        client = pylibmc.Client([f"127.0.0.1:{port}"], binary=False)
        client.get(keys[0])
        begun.wait()
        place = index * 157 % KEYS
        while not over.is_set():
            client.get(keys[place])
            place = (place + 7919) % KEYS
            counts[index] += 1

    threads = [threading.Thread(target=read, args=(index,)) for index in range(TASKS)]
    for thread in threads:
        thread.start()
    begun.wait()
    begin = time.monotonic()
    time.sleep(SECONDS)
    over.set()
    elapsed = time.monotonic() - begin
    total = sum(counts)
    for thread in threads:
        thread.join()
    return total / elapsed


def row(work, measured, bound, holds):
    verdict = "" if holds is None else ("ok" if holds else "MISSED")
    print(f"{work:58} {measured:>28}  {bound:24} {verdict}")


def requests():
    server = Memcached(options=["-t", "2", "-m", "64"])
    try:
        one, some = swift(server.port, 1), swift(server.port, 2)
        best = max(one, some)
        row(f"{TASKS} tasks, single gets, MemcachedClient, 1 connection", f"{one:,.0f}/s", "", None)
        row(f"{TASKS} tasks, single gets, MemcachedClient, 2 connections", f"{some:,.0f}/s", "", None)
        for name, peer in [("memaslap", memaslap(server.port)), ("pylibmc, threads", pylibmc_threads(server.port))]:
            if peer is None:
                row(f"  beside {name}", "not installed", "", None)
            else:
                ratio = best / peer
                row(f"  beside {name}, {peer:,.0f}/s", f"{ratio:.2f} x", ">= 0.8 x", ratio >= 0.8)
    finally:
        server.stop()


def rings():
    told = driver("rings", "--versions", VERSIONS)
    first, next, poll = told["first_load_ms"], told["next_load_ms"], told["idle_poll_us"]
    row("load of 1,000 slots: read, verify, build, swap", f"{first:.2f} ms", "<= 20 ms, aim 6 ms", first <= 20)
    row("  of the next version, with another weight of one slot", f"{next:.2f} ms", "<= 20 ms, aim 6 ms", next <= 20)
    row("idle poll", f"{poll:.2f} us", "<= 5 us", poll <= 5)
    plain = told["plain_ns"]
    row("look-up, 100 slots, one thread, a ring that never changes", f"{plain:.0f} ns", "", None)
    ratio = told["threads2_reloading_ns"] / plain
    row("two threads under 20 reloads a second, processor time", f"{ratio:.2f} x", "<= 1.7 x", ratio <= 1.7)
    ratio = told["threads2_reloading_reader_ns"] / plain
    row("  through a Reader", f"{ratio:.2f} x", "<= 1.7 x, aim 1.2 x", ratio <= 1.7)
    ratio = told["tasks8_reloading_per_second"] / told["tasks8_still_per_second"]
    row(f"8 tasks while {VERSIONS} versions come, of their rate without", f"{ratio:.2f} x", ">= 0.9 x", ratio >= 0.9)
    ratio = told["tasks8_still_ns"] / told["tasks8_reloading_ns"]
    row("  of their rate in equal processor time, publisher included", f"{ratio:.2f} x", ">= 0.9 x", ratio >= 0.9)
    row("  versions that were published, and taken", f"{told['published']}, {told['loads']}", "", None)
    wrong = told["mixed"] + told["failures"]
    row("  look-ups of a mixed or older version, failed loads", f"{wrong}", "0", wrong == 0)


if __name__ == "__main__":
    print("Swift client")
    requests()
    rings()
    sys.exit(0)
