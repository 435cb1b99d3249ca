"""Signatures from the key to the client: made once, kept for ever, and no moment without a snapshot that can be taken."""

import json
import sqlite3
import subprocess
import sys

import pytest

from fleet import BINARIES, ROOT, Ringd, read_snapshot, wait_until

sys.path.insert(0, str(ROOT / "Sources" / "python"))

from ringclient import LiveRing, SnapshotError, read_keys  # noqa: E402


def ringctl(*arguments):
    """Runs ringctl without a daemon."""
    command = [BINARIES / "ringctl", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


@pytest.fixture
def key(tmp_path):
    """Makes a key; gives the path of the private one."""

    def make(name):
        path = tmp_path / f"{name}.key"
        made = ringctl("key", "generate", path, "--id", name)
        assert made.returncode == 0, made.stderr
        return path

    return make


def public(path):
    return path.parent / f"{path.name}.pub"


@pytest.fixture
def daemon(tmp_path):
    """Starts ringd over the one data directory with a signing key, or without."""
    running = []

    def start(signing_key=None):
        options = ["--signing-key", signing_key] if signing_key else []
        running.append(Ringd(tmp_path / "data", *options).start())
        return running[-1]

    yield start
    for one in running:
        one.stop()


def add(ringd, *numbers):
    for number in numbers:
        ringd.ctl("node", "add", f"cache-{number}", f"127.0.0.1:{number}", "--now", "-y")


def test_every_version_is_signed_and_stays_the_same_bytes(daemon, key, tmp_path):
    signing = key("2026-a")
    ringd = daemon(signing)
    add(ringd, 1, 2, 3)
    newest = ringd.ring_path()
    files = {path.name: path.read_bytes() for path in (newest.parent / "versions").iterdir()}
    assert len(files) == 3
    for name, content in files.items():
        assert json.loads(content)["signature"]["key_id"] == "2026-a"
        checked = ringctl("snapshot", "verify", newest.parent / "versions" / name, "--key", public(signing))
        assert checked.returncode == 0, checked.stdout + checked.stderr
    with LiveRing(newest, "default", keys=read_keys(public(signing))) as live:
        assert live.current.version == 3
    assert ringd.stop() == 0

    # Another key, and none: what was signed keeps its signature, also where its file has gone.
    for other in (key("2026-b"), None):
        for path in (newest.parent / "versions").iterdir():
            path.unlink()
        ringd = daemon(other)
        for name, content in files.items():
            again = ringd.ctl("snapshot", "show", "--version", int(name.split(".")[0])).stdout
            assert again.encode() == content
        assert ringd.stop() == 0


def test_clients_refuse_what_is_unsigned_altered_or_older(daemon, key, tmp_path):
    signing = key("2026-a")
    ringd = daemon(signing)
    add(ringd, 1, 2)
    path = tmp_path / "copy" / "ring.json"
    path.parent.mkdir()
    good = ringd.ring_path().read_bytes()
    older = (ringd.ring_path().parent / "versions" / "0000000001.json").read_bytes()
    unsigned = json.loads(good)
    del unsigned["signature"]
    path.write_bytes(good)
    keys = read_keys(public(signing))
    with LiveRing(path, "default", keys=keys, poll=3600) as live:
        for content, reason in (
            (json.dumps(unsigned).encode(), "unsigned"),
            (good.replace(b'"weight": 100', b'"weight": 101', 1), "digest-mismatch"),
            (older, "older"),
        ):
            path.write_bytes(content)
            verdict = ringctl("snapshot", "verify", path, "--key", public(signing), "--over", ringd.ring_path())
            assert verdict.returncode == 1, verdict.stdout
            assert not live.check()
            assert live.state.last_error.reason == reason
    with pytest.raises(SnapshotError, match="unknown-key"):
        LiveRing(ringd.ring_path(), "default", keys=read_keys(public(key("2026-b"))))


def test_a_key_is_replaced_without_a_gap(daemon, key, tmp_path):
    old, new = key("2026-a"), key("2027-a")
    ringd = daemon()
    add(ringd, 1, 2, 3)
    before = read_snapshot(ringd.ring_path())
    assert "signature" not in before
    assert ringd.ctl("key", "list").stdout.split("\n")[1].split() == ["default", "unsigned", "3", "1", "3", "yes"]
    assert ringd.stop() == 0

    ringd = daemon(old)
    assert "ring" in ringd.ready
    signed = read_snapshot(ringd.ring_path())
    assert (signed["version"], signed["parent"], signed["change"]["kind"]) == (4, 3, "sign")
    assert signed["slots"] == before["slots"] and signed["agreement"] == before["agreement"]
    trusted = tmp_path / "trusted.keys"
    trusted.write_text(public(old).read_text() + public(new).read_text())
    with LiveRing(ringd.ring_path(), "default", keys=read_keys(trusted), poll=0.02) as overlapping:
        assert ringd.stop() == 0
        ringd = daemon(new)
        wait_until(lambda: overlapping.current.version == 5, 10, "who holds both keys follows")
        assert overlapping.state.failures == 0
    with LiveRing(ringd.ring_path(), "default", keys=read_keys(public(new))) as live:
        assert live.current.version == 5
    rows = ringd.json("key", "list")["keys"]
    assert [(row["key"], row["first"], row["last"], row["current"]) for row in rows] == [
        (None, 1, 3, False),
        ("2026-a", 4, 4, False),
        ("2027-a", 5, 5, True),
    ]
    assert ringd.ctl("audit", "verify").returncode == 0
    assert ringd.stop() == 0

    # Starting again with the same key makes nothing, and ends in the same bytes.
    content = ringd.ring_path().read_bytes()
    ringd = daemon(new)
    assert ringd.ring_path().read_bytes() == content


def test_the_secret_is_nowhere_but_in_its_file(daemon, key, tmp_path):
    signing = key("2026-a")
    secret = signing.read_text().split()[2]
    ringd = daemon(signing)
    add(ringd, 1)
    assert secret not in ringd.log_text()
    assert ringd.stop() == 0
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    record = sqlite3.connect(f"file:{tmp_path / 'data' / 'ringd.db'}?mode=ro", uri=True)
    row = record.execute("SELECT signature_key_id, length(signature) FROM ring_version").fetchone()
    assert row == ("2026-a", 64)
    record.close()


@pytest.mark.parametrize("spoil", ("readable", "missing", "public", "not-a-key"))
def test_does_not_start_with_a_key_that_is_none_or_not_its_own(key, tmp_path, spoil):
    signing = key("2026-a")
    if spoil == "readable":
        signing.chmod(0o640)
    elif spoil == "missing":
        signing.unlink()
    elif spoil == "public":
        signing = public(signing)
        signing.chmod(0o600)
    else:
        signing.write_text("hello\n")
    for command in ([], ["check-config"]):
        refused = subprocess.run(
            [BINARIES / "ringd", *command, "--data", tmp_path / "data", "--signing-key", signing],
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert refused.returncode == 78, refused.stderr
        assert str(signing) in refused.stderr and "\n  " in refused.stderr
        assert not (tmp_path / "data").exists(), "something was made before the refusal"
    if spoil == "readable":
        assert "0640" in refused.stderr and "chmod 600" in refused.stderr


def test_an_older_database_is_refused_before_anything_is_signed(daemon, key, tmp_path):
    """A database that was copied back by hand would give numbers out twice: nothing is committed to it."""
    ringd = daemon()
    add(ringd, 1)
    assert ringd.stop() == 0
    database = tmp_path / "data" / "ringd.db"
    old = database.read_bytes()
    ringd = daemon()
    add(ringd, 2)
    assert ringd.stop() == 0
    database.write_bytes(old)
    refused = subprocess.run(
        [BINARIES / "ringd", "--data", tmp_path / "data", "--signing-key", key("2026-a")],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert refused.returncode != 0, refused.stdout
    record = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    assert record.execute("SELECT max(version) FROM ring_version").fetchone() == (1,)
    record.close()
