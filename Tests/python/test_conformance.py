"""The conformance kit: every snapshot gets the verdict that it must get, and every key the owner."""

import base64
import contextlib
import os
import subprocess
import sys

import kit
import pytest
from ringclient import LiveRing, SnapshotError, files, live, placements
from ringclient.ring import load
from ringclient.snapshot import BYTE_LIMIT, Place


def verdict(case, path):
    """What this reader does with the file at the path: the verdict and the reason."""
    current = Place(**case["current"]) if case["current"] else None
    keys = {name: base64.b64decode(key) for name, key in case.get("keys", {}).items()}
    if keys:
        pytest.importorskip("cryptography")
    try:
        data, _ = files.read(str(path), BYTE_LIMIT)
        ring = live.decide(data, case["pool"], current, keys)
    except SnapshotError as error:
        return ("alarm" if error.reason == live.ALARM else "keep"), error.reason
    return ("adopt", "new") if ring else ("keep", "same")


@contextlib.contextmanager
def as_nobody(wanted):
    """Gives up root's right to read every file, for a while."""
    is_root = wanted and os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("case", kit.cases(), ids=lambda case: case["name"])
def test_gives_the_verdict(case, tmp_path):
    path = tmp_path / "ring.json"
    kit.put(case, path)
    with as_nobody(case["name"] == "unreadable"):
        given, reason = verdict(case, path)
    assert given == case["verdict"]
    assert reason in [case["reason"], *case.get("also", [])]


@pytest.mark.parametrize("case", kit.cases(), ids=lambda case: case["name"])
def test_keeps_answering_and_recovers(case, tmp_path):
    """A follower of version 41 meets the file: it takes it or keeps its ring, and takes the next good version."""
    import snapshot_writer as writer

    path = tmp_path / "ring.json"
    before = writer.snapshot([writer.slot(number) for number in (1, 2, 3)], version=41, parent=40, pool=case["pool"])
    after = writer.snapshot([writer.slot(1)], epoch=2**53 - 1, version=2**53 - 1, pool=case["pool"])
    writer.publish(path, writer.encode(before))
    with LiveRing(path, case["pool"], poll=3600) as ring:
        path.unlink()
        kit.put(case, path)
        ring.check()
        assert ring.owner("user:1").node.startswith("cache-")
        assert ring.current.version == 41 or ring.state.last_error is None
        if path.is_dir():
            path.rmdir()
        if case["name"] == "largest-numbers":
            return
        writer.publish(path, writer.encode(after))
        assert ring.check()
        assert ring.current.version == 2**53 - 1
        assert ring.state.last_error is None


@pytest.mark.parametrize("with_numpy", (True, False), ids=("numpy", "without-numpy"))
@pytest.mark.parametrize(
    "name, dialect, path, keys, owners", list(kit.rings()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_places_ten_thousand_keys(name, dialect, path, keys, owners, with_numpy, monkeypatch):
    if with_numpy:
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(placements, "numpy", None)
    ring = load(path.read_bytes(), "sessions")
    assert ring.snapshot.dialect == dialect
    assert [ring.index(key) for key in keys] == owners


def test_the_kit_is_what_its_script_makes():
    pytest.importorskip("cryptography")
    script = kit.HERE / "make_kit.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_kit_has_forty_bad_snapshots():
    assert sum(case["verdict"] != "adopt" for case in kit.cases()) > 40
