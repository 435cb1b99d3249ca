"""Writes long histories straight into the database of a stopped ringd, as ringd itself would have written them.

A year of a busy fleet takes a year to happen; what it costs to ask about it must be known today. Rows, hash chain, sums of
the health intervals and triggers are the real ones; only the digests of all versions but the newest are made up, since
neither the size of the file nor the time of an answer depends on what they say.

    python Tests/EndToEnd/history.py DATA_DIRECTORY NODES VERSIONS
"""

import hashlib
import sqlite3
import struct
import sys
import time
from pathlib import Path

from fleet import agreement, digest

YEAR = 365 * 86_400_000
MINUTE = 60_000


def event_hash(previous, values):
    """The hash of an event, as the documentation of the table says."""
    message = b"ringd-event-v1\0\0" + previous
    for value in values:
        if value is None:
            message += b"\0"
        elif isinstance(value, int):
            message += b"\1" + struct.pack(">q", value)
        else:
            text = value.encode()
            message += b"\2" + struct.pack(">Q", len(text)) + text
    return hashlib.sha256(message).digest()


def rfc3339(milliseconds):
    """A time as snapshots show it."""
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


class History:
    """A pool that is as old as it needs to be, in the database of a ringd that was started once and stopped.

    Automation is frozen, so that a daemon on this database changes nothing.
    """

    def __init__(self, path, nodes, span=YEAR, pool="default"):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA foreign_keys = ON")
        # In kilobytes: a transaction of a gigabyte in SQLite's usual cache reads and writes its pages a hundred times.
        self.database.execute("PRAGMA cache_size = -2000000")
        self.pool = pool
        self.end = int(time.time() * 1000)
        self.begin = self.end - span
        self.versions = 1
        self.health = {}
        row = self.database.execute("SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").fetchone()
        self.event = row or (0, bytes(32))
        self.database.execute("BEGIN IMMEDIATE")
        self.insert(
            "pool", id=1, name=pool, dialect="pinned-ketama", options="{}", policy='{"interval":"60s"}', freeze_cause="operator",
            freeze_reason="a written history", freeze_at=self.end, version_floor=0, created_at=self.begin,
        )
        self.slots = []
        for number in range(1, nodes + 1):
            name, host = f"cache-{number}", f"127.84.{number // 250}.{number % 250 + 1}"
            self.insert(
                "node", id=number, pool_id=1, name=name, host=host, port=11211, tags="[]", admin="active",
                admin_reason="", flap_penalty=0, is_damped=0, may_be_stale=0, created_at=self.begin,
            )
            self.insert(
                "slot", id=number, pool_id=1, label=host, weight=100, position=number, node_id=number, placement="in",
                ramp=100, since=self.begin,
            )
            self.slots.append(
                {
                    "slot_id": number, "pool_id": 1, "from_version": 1, "position": number, "label": host, "weight": 100,
                    "ramp": 100, "state": "in", "node": name, "host": host, "port": 11211, "zone": None,
                }
            )
            self.health[number] = ["up", self.begin, 0, 0, 0, 0]
            self.open_interval(number)
        self.append_event(self.begin, "add", None, "ada", "bought")
        self.append_version(self.begin, self.slots)

    def insert(self, table, **row):
        self.database.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )

    def grow(self, versions):
        """Adds versions up to that number, evenly over the span: each gives one slot another weight.

        Beside each version the node of another slot is found down for a minute.
        """
        for version in range(2, versions + 1):
            self.versions = version
            at = self.begin + (self.end - self.begin) * version // (versions + 1)
            slot = self.slots[(version * 7) % len(self.slots)]
            self.database.execute(
                "UPDATE slot_version SET to_version = ? WHERE slot_id = ? AND to_version IS NULL",
                (version, slot["slot_id"]),
            )
            slot["from_version"], slot["weight"] = version, 1 + version % 199
            if version % 4 == 0:
                self.append_event(at, "set", slot, "ada", f"CHG-{version}: another size")
            else:
                self.append_event(at, "eject", slot, "ringd", "16 hard failures: connection refused")
            self.append_version(at, [slot], is_newest=version == versions)
            self.fall(self.slots[(version * 11) % len(self.slots)]["slot_id"], at)
        return self

    def write(self):
        self.database.execute(
            "UPDATE slot SET weight = (SELECT weight FROM slot_version WHERE slot_id = slot.id AND to_version IS NULL)"
        )
        self.database.execute("COMMIT")
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.close()

    def append_event(self, at, kind, slot, actor, reason):
        is_person = actor != "ringd"
        values = [
            self.event[0] + 1, at, actor, 1000 if is_person else None, 4242 if is_person else None, kind, self.pool,
            slot and slot["node"], slot and slot["label"], reason, "{}",
            f"ctl-{self.versions:016x}" if is_person else None,
        ]
        value = event_hash(self.event[1], values)
        self.database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*values, self.event[1], value)
        )
        self.event = (values[0], value)

    def append_version(self, at, changed, is_newest=False):
        version = self.versions
        for slot in changed:
            self.insert("slot_version", **slot)
        moved = version * 2654435761 % 2**32 << 26
        row = {
            "pool_id": 1, "pool": self.pool, "version": version, "epoch": 1, "parent": version - 1 or None,
            "created_at": at, "event_id": self.event[0], "dialect": "pinned-ketama", "options": "{}", "key_hash": "md5",
            "digest": hashlib.sha256(b"digest %d" % version).digest(),
            "agreement": hashlib.sha256(b"agreement %d" % version).digest(), "moved_parts": moved, "cold_parts": moved,
            "is_automatic": 0, "charge_parts": 0, "has_continuum": 0, "published_at": at + 4,
        }
        self.insert("ring_version", **(row | (self.true_digests(row) if is_newest else {})))

    def true_digests(self, row):
        """The digests that ringd would have given this version, so that it starts on it."""
        snapshot = {
            "pool": row["pool"], "epoch": row["epoch"], "version": row["version"], "parent": row["parent"],
            "created_at": rfc3339(row["created_at"]),
            "dialect": {"name": row["dialect"], "key_hash": row["key_hash"], "options": {}},
            "audit_head": "sha256:" + self.event[1].hex(),
            "slots": sorted(
                ({**slot, "points": max(1, (160 * slot["weight"] + 50) // 100)} for slot in self.slots),
                key=lambda slot: slot["label"].encode(),
            ),
        }
        snapshot["agreement"] = agreement(snapshot)
        return {
            "digest": bytes.fromhex(digest(snapshot).removeprefix("sha256:")),
            "agreement": bytes.fromhex(snapshot["agreement"].removeprefix("sha256:")),
        }

    def open_interval(self, node):
        state, at, up, down, unknown, falls = self.health[node]
        self.insert(
            "health_interval", node_id=node, state=state, from_at=at, up_before=up, down_before=down,
            unknown_before=unknown, falls_before=falls,
        )

    def move(self, node, state, at, evidence):
        """Ends a node's interval and begins the next, with its sums."""
        before, begin, up, down, unknown, falls = self.health[node]
        at = max(at, begin)
        self.database.execute(
            "UPDATE health_interval SET to_at = ?, evidence = ? WHERE node_id = ? AND to_at IS NULL", (at, evidence, node)
        )
        length = at - begin
        self.health[node] = [
            state, at, up + length * (before == "up"), down + length * (before == "down"), unknown, falls + (before == "down"),
        ]
        self.open_interval(node)

    def fall(self, node, at):
        self.move(node, "down", at, "16 hard failures: connection refused")
        self.move(node, "up", at + MINUTE, "answered 3 times in a row")


if __name__ == "__main__":
    began = time.monotonic()
    file = Path(sys.argv[1]) / "ringd.db"
    History(file, nodes=int(sys.argv[2])).grow(int(sys.argv[3])).write()
    print(f"{file}: {file.stat().st_size / 2**20:.0f} MiB after {time.monotonic() - began:.0f} s")
