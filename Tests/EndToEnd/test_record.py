"""The database as the memory of the fleet: read by others while it is written, and true whatever happens to ringd."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from control import Control
from fleet import ROOT, Ringd, free_port, read_snapshot, wait_until
from history import History

CHANGES = int(os.environ.get("RINGD_CHANGES", "80"))
VERSIONS = int(os.environ.get("RINGD_VERSIONS", "80"))
MIGRATION_KILLS = int(os.environ.get("RINGD_MIGRATION_KILLS", "10"))


@pytest.fixture
def frozen(ringd):
    """A daemon with eight nodes that nobody probes well: the pool is frozen, so only we change it."""
    ringd.ctl("pool", "create", "default")
    ringd.ctl("pool", "freeze", "-m", "a test changes it", "-y")
    for number in range(1, 9):
        ringd.ctl("node", "add", f"cache-{number}", f"127.85.0.{number}:11211", "--now", "-y")
    return ringd


def change_weights(ringd, count, seen=lambda: None):
    """Makes that many versions, each with another weight of one node."""
    with Control(ringd.socket) as control:
        for number in range(count):
            # Each node has weight 100 now, and gets another one each time that it is its turn.
            control.change(
                action="set-node", pool="default", node=f"cache-{number % 8 + 1}",
                settings=[{"key": "weight", "value": str(101 + number // 8 % 800)}], message=f"change {number}",
            )
            seen()


def test_a_past_version_is_written_again_byte_for_byte(frozen):
    published = {}

    def keep():
        raw = frozen.ring_path().read_bytes()
        published[json.loads(raw)["version"]] = hashlib.sha256(raw).hexdigest()

    change_weights(frozen, VERSIONS, keep)
    assert len(published) == VERSIONS, "each change was published before it was answered"
    rng = random.Random(5)
    sample = rng.sample(sorted(published), min(1000, VERSIONS // 4))
    with Control(frozen.socket) as control:
        for version in sample:
            raw = control.get(f"/v1/pools/default/snapshot?version={version}")
            assert hashlib.sha256(raw).hexdigest() == published[version], f"version {version}"


class Datasette:
    """Datasette on the live database, with the queries that ringd brings."""

    def __init__(self, database):
        self.port = free_port()
        command = [
            sys.executable, "-m", "datasette", str(database), "--metadata", str(ROOT / "Config/datasette-metadata.yml"),
            "--port", str(self.port), "--setting", "sql_time_limit_ms", "5000",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: self.answers(), 60, "Datasette answers")

    def answers(self):
        assert self.process.poll() is None, self.process.stderr.read()
        try:
            self.query("unpublished")
        except OSError:
            return False
        return True

    def query(self, name, **values):
        parameters = urllib.parse.urlencode({**values, "_shape": "array"})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ringd/{name}.json?{parameters}", timeout=30) as answer:
            assert answer.status == 200
            return json.loads(answer.read())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stderr.close()


CANNED = {
    "who_changed_what": {},
    "ring_at": {"pool": "default", "time": "2100-01-01T00:00:00Z"},
    "ring_of_version": {"pool": "default", "version": 9},
    "what_cost_most": {},
    "story_of_a_node": {"pool": "default", "node": "cache-3"},
    "availability": {},
    "tenants_of_a_slot": {"pool": "default", "label": "127.85.0.3"},
}


def test_datasette_and_sqlite3_read_along_while_it_is_written(frozen):
    """Nobody waits for a reader, no reader sees an error, and no change is lost."""
    database = frozen.data / "ringd.db"
    datasette = Datasette(database)
    stop = threading.Event()
    problems, answers = [], {"datasette": 0, "sqlite3": 0}

    def read(kind, ask):
        while not stop.is_set():
            try:
                ask()
                answers[kind] += 1
            except Exception as error:  # noqa: BLE001: whatever it is, it is a finding
                problems.append(f"{kind}: {error!r}")
                return

    def ask_datasette():
        for name, values in CANNED.items():
            datasette.query(name, **values)

    def ask_sqlite3():
        sql = "SELECT count(*) FROM ring_history; SELECT count(*) FROM current_ring; SELECT max(id) FROM event;"
        found = subprocess.run(
            ["sqlite3", "-readonly", database, sql], capture_output=True, text=True, timeout=60, check=True
        )
        versions, slots, events = map(int, found.stdout.split())
        assert slots == 8 and versions < events

    readers = [threading.Thread(target=read, args=pair) for pair in (("datasette", ask_datasette), ("sqlite3", ask_sqlite3))]
    try:
        for reader in readers:
            reader.start()
        change_weights(frozen, CHANGES)
        wait_until(lambda: problems or min(answers.values()) > 0, 60, "both readers were answered")
    finally:
        stop.set()
        for reader in readers:
            reader.join(90)
        datasette.stop()
    assert problems == []
    snapshot = read_snapshot(frozen.ring_path())
    assert snapshot["version"] == 8 + CHANGES
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        reasons = [row[0] for row in connection.execute("SELECT reason FROM operator_changes WHERE kind = 'set' ORDER BY at")]
    assert reasons == [f"change {number}" for number in range(CHANGES)], "no change is lost, and they are in their order"
    assert "error" not in frozen.log_text().lower()


def test_probes_and_health_are_on_record_up_to_the_end(fleet):
    """A healthy server's probes are one row; it is written when the daemon stops, and health ends even where it is killed."""
    ringd, _ = fleet(2)
    wait_until(lambda: (ringd.data / "snapshots/default/alive.json").exists(), 15, "the first note that it is alive")
    time.sleep(2)
    ringd.kill()
    note = json.loads((ringd.data / "snapshots/default/alive.json").read_text())
    ringd.start()
    time.sleep(3)
    assert ringd.stop() == 0
    with sqlite3.connect(f"file:{ringd.data}/ringd.db?mode=ro", uri=True) as database:
        killed, stopped = database.execute(
            "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', to_at / 1000.0, 'unixepoch'), evidence FROM health_interval"
            " WHERE node_id = 1 AND state = 'up' ORDER BY id"
        ).fetchall()
        runs = database.execute("SELECT node_id, outcome, count FROM probe_run ORDER BY node_id").fetchall()
    assert killed == (note["at"], "ringd was not running")
    assert stopped[1] == "ringd stopped"
    assert [(node, outcome) for node, outcome, _ in runs] == [(1, "success"), (2, "success")]
    assert all(count >= 3 for _, _, count in runs)


@pytest.fixture(scope="module")
def long_history(tmp_path_factory):
    """A daemon on a pool of 50 slots with 3,000 versions of the last year."""
    daemon = Ringd(tmp_path_factory.mktemp("history") / "data").start()
    daemon.stop()
    History(daemon.data / "ringd.db", nodes=50).grow(3000).write()
    daemon.start()
    yield daemon
    daemon.stop()


def test_a_written_history_is_one_that_ringd_could_have_made(long_history):
    """Otherwise what is measured on it would mean nothing."""
    assert long_history.json("audit", "verify")["intact"] is True
    assert long_history.json("db", "check")["sound"] is True
    assert read_snapshot(long_history.ring_path())["version"] == 3000
    with sqlite3.connect(f"file:{long_history.data}/ringd.db?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_any_version_of_a_long_history_is_found(long_history):
    rng = random.Random(8)
    for version in [1, 2, 3000, *rng.sample(range(3, 3000), 10)]:
        weights = {f"127.84.0.{n + 1}": 100 for n in range(1, 51)}
        for earlier in range(2, version + 1):
            number = (earlier * 7) % 50 + 1
            weights[f"127.84.0.{number + 1}"] = 1 + earlier % 199
        ring = long_history.json("ring", "show", "--version", version)
        assert {slot["label"]: slot["weight"] for slot in ring["slots"]} == weights
        at = long_history.json("ring", "show", "--at", ring["created_at"])
        assert at["version"] == version
    difference = long_history.json("ring", "diff", "10", "2990")
    assert difference["from"]["version"] == 10 and difference["to"]["version"] == 2990


def test_availability_over_a_long_history_is_what_happened(long_history):
    rows = long_history.json("audit", "availability", "--since", "400d ago")["nodes"]
    assert len(rows) == 50
    for number, row in enumerate(sorted(rows, key=lambda row: int(row["node"].removeprefix("cache-")))):
        # Each version but the first took one node down for a minute. At these addresses nobody answers, so the daemon
        # itself finds each of them down once more.
        falls = sum((version * 11) % 50 == number for version in range(2, 3001))
        assert row["falls"] - falls in (0, 1), row
        assert 0 <= row["down_ms"] - 60_000 * falls < 600_000, row


def older_database(path, sources, intervals):
    """Writes a database of the schema before the last migration, with the rows of `sources` and many intervals of health."""
    migrations = sorted((ROOT / "Migrations").glob("V*.sql"))[:-1]
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    for migration in migrations:
        database.executescript(migration.read_text())
    triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("ATTACH ? AS source", (str(sources),))
    database.execute("BEGIN")
    for (table,) in database.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
        if table == "health_interval":
            continue
        columns = ", ".join(row[1] for row in database.execute(f"PRAGMA main.table_info({table})"))
        database.execute(f"DELETE FROM main.{table}")
        database.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM source.{table}")
    database.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    database.executemany("INSERT INTO grdb_migrations VALUES (?)", [(migration.stem,) for migration in migrations])
    states = ["up", "suspect", "down", "recovering", "cleansing"]
    for node in range(1, 9):
        database.executemany(
            "INSERT INTO health_interval (node_id, state, from_at, to_at, evidence) VALUES (?, ?, ?, ?, 'x')",
            ((node, states[n % 5], 1000 * n, 1000 * (n + 1)) for n in range(intervals // 8)),
        )
    database.execute("COMMIT")
    for _, sql in triggers:
        database.execute(sql)
    database.execute("DETACH source")
    database.close()
    return {migration.stem for migration in migrations}


def contents(path, like):
    """The hash of each table in its older columns, without what a start may add or change."""
    with sqlite3.connect(f"file:{like}?mode=ro", uri=True) as older:
        tables = [row[0] for row in older.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        columns = {table: [row[1] for row in older.execute(f"PRAGMA table_info({table})")] for table in tables}
        last = {table: older.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] for table in tables}
    found = {}
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        for table in sorted(set(tables) - {"grdb_migrations", "sqlite_sequence"}):
            names = [name for name in columns[table] if (table, name) != ("installation", "epoch")]
            rows = database.execute(
                f"SELECT {', '.join(names)} FROM {table} WHERE rowid <= ? ORDER BY rowid", (last[table] or 0,)
            ).fetchall()
            found[table] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
        applied = {row[0] for row in database.execute("SELECT identifier FROM grdb_migrations")}
        has_sums = any(row[1] == "up_before" for row in database.execute("PRAGMA table_info(health_interval)"))
    return found, applied, has_sums


def test_a_killed_migration_leaves_the_old_schema_or_the_new_one(frozen, tmp_path):
    assert frozen.stop() == 0
    older = tmp_path / "older.db"
    applied_before = older_database(older, frozen.data / "ringd.db", intervals=100_000)
    want, _, has_sums = contents(older, older)
    assert not has_sums
    newest = {path.stem for path in (ROOT / "Migrations").glob("V*.sql")}

    def place():
        for name in ("ringd.db", "ringd.db-wal", "ringd.db-shm"):
            (frozen.data / name).unlink(missing_ok=True)
        shutil.copyfile(older, frozen.data / "ringd.db")

    def start_measured():
        place()
        _, elapsed = wait_until(lambda: frozen.start(60) or True, 60, "it migrates")
        return elapsed

    whole = start_measured()
    frozen.stop()
    rng = random.Random(11)
    seen = {"old": 0, "new": 0}
    for number in range(MIGRATION_KILLS):
        place()
        daemon = Ringd(frozen.data)
        daemon.log = open(os.devnull, "ab")
        process = daemon.spawn()
        try:
            process.wait(whole * (number + rng.random()) / MIGRATION_KILLS)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process.stdout.close()
        daemon.log.close()
        # As a person would look: SQLite itself recovers what was being written.
        sqlite3.connect(frozen.data / "ringd.db").execute("SELECT count(*) FROM event").fetchone()
        found, applied, has_sums = contents(frozen.data / "ringd.db", older)
        assert applied in (applied_before, newest) and has_sums == (applied == newest), f"kill {number}: between two schemas"
        assert found == want, f"kill {number}: {sorted(table for table in want if found[table] != want[table])} differ"
        seen["new" if has_sums else "old"] += 1
    assert seen["old"] > 0, "no kill came before the end of the migration"
    frozen.start(60)
    assert frozen.json("audit", "verify")["intact"] is True
    assert (frozen.data / f"ringd.db.before-{max(newest).split('_')[0]}").exists()
    found, applied, _ = contents(frozen.data / "ringd.db", older)
    assert applied == newest and found == want
    frozen.stop()
