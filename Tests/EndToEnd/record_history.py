"""Lives through some minutes with real servers and writes the database down as SQL: the history of the cookbook.

    python Tests/EndToEnd/record_history.py Tests/RingStoreTests/Cookbook/recorded.sql

The answers in the cookbook are about the file that is checked in; after a new recording they are recorded anew, and read.
"""

import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from fleet import Memcached, Ringd, read_snapshot, wait_until


def live(ringd, servers):
    """A short but eventful life of two pools."""

    def ctl(*words):
        return ringd.ctl(*words, "-y")

    def placement(node):
        return ringd.nodes()[node]["placement"]

    def until(condition, what):
        wait_until(condition, 45, what)
        time.sleep(0.5)

    ctl("pool", "create", "sessions", "confirm=2s", "on-failure=eject", "-m", "the new site")
    for number, server in enumerate(servers[:5], 1):
        ctl("-p", "sessions", "node", "add", f"cache-{number}", server.address, f"--zone=z{number % 2}", "-m", "first servers")
    ctl("node", "set", "cache-2", "weight=200", "-m", "CHG-1041: twice the memory")
    servers[2].kill()
    until(lambda: placement("cache-3") == "ejected", "a dead server is ejected")
    servers[2].start()
    until(lambda: placement("cache-3") == "in", "it rejoins")
    ctl("node", "eject", "cache-4", "-m", "CHG-1042: new kernel")
    ctl("node", "readmit", "cache-4")
    until(lambda: placement("cache-4") == "in", "it is let in again")
    ctl("pool", "set", "on-failure=spare,hold", "-m", "we have a spare now")
    ctl("spare", "add", "spare-1", servers[5].address)
    time.sleep(5)
    servers[4].kill()
    until(lambda: placement("cache-5") == "held", "the budget is used up, so it is held")
    ctl("pool", "set", "move-budget=100%", "-m", "one more is fine")
    until(lambda: placement("spare-1") == "covered", "the spare has the slot")
    ctl("node", "set", "cache-1", "weight=50", "-m", "CHG-1043: shares its machine")
    version = read_snapshot(ringd.ring_path("sessions"))["version"]
    ctl("ring", "rollback", version - 1, "-m", "CHG-1043 is called off")
    ctl("node", "remove", "cache-3", "-m", "CHG-1044: sold")
    ctl("pool", "freeze", "-m", "network work")
    servers[0].freeze()
    time.sleep(6)
    servers[0].thaw()
    ctl("pool", "thaw", "-m", "network work is done")
    time.sleep(4)
    ctl("pool", "create", "images", "dialect=libmemcached-modula")
    for number, server in enumerate(servers[6:], 1):
        ctl("-p", "images", "node", "add", f"image-{number}", server.address, "-m", "the old site")
    time.sleep(2)


def main(target):
    servers = [Memcached(port=11311 + number) for number in range(8)]
    with tempfile.TemporaryDirectory() as directory:
        ringd = Ringd(Path(directory) / "data").start()
        try:
            live(ringd, servers)
        finally:
            ringd.stop()
            for server in servers:
                server.stop()
        with sqlite3.connect(ringd.data / "ringd.db") as database:
            # A dump creates tables by name, children before parents, and leaves out what marks the file as ringd's.
            (mark,) = database.execute("PRAGMA application_id").fetchone()
            head = ["PRAGMA foreign_keys = OFF;", f"PRAGMA application_id = {mark};"]
            text = "\n".join([*head, *database.iterdump()]) + "\n"
    Path(target).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
