"""What ringd refuses to start on, and what it repairs by itself."""

import os
import re
import shutil
import sqlite3
import subprocess

import pytest

from fleet import BINARIES, Ringd, read_snapshot


def start_refused(data, *options, within=10):
    """Starts ringd where it must refuse; returns its status and what it says."""
    result = subprocess.run(
        [BINARIES / "ringd", "--data", data, "--log-level", "error", *options],
        capture_output=True,
        text=True,
        timeout=within,
    )
    assert result.returncode != 0, "it started"
    assert "ringd ready" not in result.stdout
    complaint = [line for line in result.stderr.splitlines() if line.startswith("ringd: ")]
    assert complaint, f"no complaint in: {result.stderr}"
    assert re.search(r"^  \S", result.stderr, re.M), "it does not say what to do next"
    return result.returncode, result.stderr


@pytest.fixture
def stopped(tmp_path):
    """A data directory with one published version, and its daemon, stopped."""
    daemon = Ringd(tmp_path / "data").start()
    daemon.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
    daemon.ctl("node", "add", "cache-2", "127.0.0.1:2", "--now", "-y")
    assert daemon.stop() == 0
    yield daemon
    daemon.stop()


def test_runs_with_wal_and_full_synchronous(ringd):
    log = ringd.log_text()
    assert re.search(r"database open .*journal_mode=\"wal\" .*synchronous=\"2\"", log), log[-1000:]


def test_a_second_daemon_on_the_same_database_is_refused_with_the_first_ones_pid(ringd):
    status, said = start_refused(ringd.data)
    assert status == 75 and str(ringd.process.pid) in said
    assert ringd.json("status")["pools"] == []


def test_a_database_of_a_newer_build_is_refused_and_left_untouched(stopped):
    path = stopped.data / "ringd.db"
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('V9999__from_the_future')")
    database.close()
    before = path.read_bytes()
    status, said = start_refused(stopped.data)
    assert status == 78 and "newer" in said
    assert path.read_bytes() == before


def test_a_damaged_database_is_refused_and_the_snapshot_stays(stopped):
    path = stopped.data / "ringd.db"
    snapshot = stopped.ring_path().read_bytes()
    with open(path, "r+b") as file:
        for page in range(1, os.path.getsize(path) // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    status, said = start_refused(stopped.data)
    assert status == 65
    assert stopped.ring_path().read_bytes() == snapshot


def test_a_file_that_is_no_database_is_refused(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "ringd.db").write_text("these are notes, not a database\n" * 100)
    status, said = start_refused(data)
    assert status == 65
    assert (data / "ringd.db").read_text().startswith("these are notes")


def test_a_read_only_directory_is_refused(stopped):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and setpriv is not here to be somebody else")
    stopped.data.chmod(0o555)
    try:
        command = [BINARIES / "ringd", "--data", stopped.data]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
            for parent in stopped.data.parents:
                if str(parent).startswith("/tmp/"):
                    parent.chmod(0o755)
        result = subprocess.run(command, capture_output=True, text=True, timeout=10)
        assert result.returncode in (73, 74, 75, 77), result
        assert "ringd: " in result.stderr
    finally:
        stopped.data.chmod(0o755)


def test_a_snapshot_directory_that_is_a_file_is_refused(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "snapshots").write_text("a file\n")
    status, said = start_refused(data)
    assert status == 73 and "snapshots" in said
    assert (data / "snapshots").read_text() == "a file\n"


def test_a_snapshot_newer_than_the_database_is_refused(stopped):
    older = stopped.data.parent / "older.db"
    shutil.copy(stopped.data / "ringd.db", older)
    stopped.start()
    stopped.ctl("node", "add", "cache-3", "127.0.0.1:3", "--now", "-y")
    assert stopped.stop() == 0
    shutil.copy(older, stopped.data / "ringd.db")
    newest = stopped.ring_path().read_bytes()
    status, said = start_refused(stopped.data)
    assert "newer" in said
    assert stopped.ring_path().read_bytes() == newest


@pytest.mark.parametrize("damage", ["missing", "torn", "foreign", "older", "directory gone"])
def test_a_snapshot_that_was_lost_is_published_again_byte_for_byte(stopped, damage):
    path = stopped.ring_path()
    good = path.read_bytes()
    # The file of the version is the same file by another name: what is put here must not be written into it.
    path.unlink()
    if damage == "missing":
        pass
    elif damage == "torn":
        path.write_bytes(good[: len(good) // 2])
    elif damage == "foreign":
        path.write_bytes(b'{"hello": "world"}\n')
    elif damage == "older":
        path.write_bytes((path.parent / "versions" / "0000000001.json").read_bytes())
    else:
        shutil.rmtree(path.parent)
    stopped.start()
    assert path.read_bytes() == good


def test_a_stale_socket_of_a_killed_daemon_is_replaced(tmp_path):
    daemon = Ringd(tmp_path / "data").start()
    daemon.kill()
    assert daemon.socket.exists()
    daemon.start()
    assert daemon.json("status")["pools"] == []
    assert daemon.stop() == 0
    assert not daemon.socket.exists()


def test_stops_cleanly_on_sigterm_while_servers_do_not_answer(ringd):
    for number in range(5):
        ringd.ctl("node", "add", f"gone-{number}", f"127.0.0.1:{number + 1}", "--now", "-y")
    assert ringd.stop(within=5) == 0


def test_a_full_disk_refuses_changes_and_keeps_what_is_there(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True)
    if mount.returncode != 0:
        pytest.skip("this machine does not let a small disk be mounted")
    daemon = Ringd(disk / "data")
    try:
        daemon.data.mkdir()
        daemon.start()
        daemon.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
        version = read_snapshot(daemon.ring_path())["version"]
        filler = open(disk / "filler", "wb", buffering=0)
        try:
            while filler.write(b"x" * 4096):
                pass
        except OSError:
            pass
        refused = None
        for number in range(2, 400):
            result = daemon.ctl("node", "add", f"cache-{number}", f"127.0.0.1:{number}", "--now", "-y", check=False)
            if result.returncode != 0:
                refused = result
                break
        assert refused is not None and refused.returncode in (2, 75), refused
        assert read_snapshot(daemon.ring_path())["version"] >= version
        assert daemon.json("status")["pools"], "reads go on"
        acknowledged = set(daemon.nodes())
        filler.close()
        (disk / "filler").unlink()
        daemon.stop()
        daemon.start()
        assert set(daemon.nodes()) >= acknowledged
        daemon.ctl("node", "add", "after", "127.0.0.1:9999", "--now", "-y")
    finally:
        daemon.stop()
        subprocess.run(["umount", "-l", disk])
