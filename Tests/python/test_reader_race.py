"""The race checker finds nothing wrong with a writer that renames, and everything wrong with one that does not."""

import json
import subprocess
import sys
import time

import kit
import pytest
import snapshot_writer as writer


@pytest.fixture
def contents():
    slots = [writer.slot(number) for number in range(1, 4)]
    made = writer.snapshot(slots, version=1, parent=None)
    versions = []
    for version in range(1, 301):
        made = {**made, "version": version, "parent": version - 1 or None}
        versions.append(writer.encode(writer.finished(made, keep_agreement=True)))
    return versions


def race(path, publish):
    """Starts the checker, publishes, and returns its exit code with what it said."""
    command = [sys.executable, str(kit.HERE / "reader_race.py"), str(path), "--pool", "sessions"]
    command += ["--readers", "2", "--seconds", "20", "--until-version", "300"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        publish(process)
        said, _ = process.communicate(timeout=90)
    finally:
        process.kill()
    return process.returncode, json.loads(said)


def test_finds_nothing_wrong_with_renames(tmp_path, contents):
    path = tmp_path / "ring.json"
    writer.publish(path, contents[0])

    def publish(_):
        for data in contents:
            writer.publish(path, data)
            time.sleep(0.005)  # the pace of publication, not a wait for something

    code, result = race(path, publish)
    assert (code, result["ok"]) == (0, True), result
    assert result["last"] == 300
    assert result["versions"] > 1
    assert result["reads"] >= result["versions"]


def test_finds_torn_files_of_a_writer_in_place(tmp_path, contents):
    path = tmp_path / "ring.json"
    writer.publish(path, contents[0])

    def publish(process):
        deadline = time.monotonic() + 4
        while process.poll() is None and time.monotonic() < deadline:
            for data in contents[:299]:
                with open(path, "wb") as file:
                    for start in range(0, len(data), 64):
                        file.write(data[start : start + 64])
                        file.flush()
        writer.publish(path, contents[299])

    code, result = race(path, publish)
    assert code == 1
    assert result["torn"] > 0
    assert result["backward"] > 0


def test_finds_a_version_with_two_contents_and_a_wrong_digest(tmp_path, contents):
    path = tmp_path / "ring.json"
    changed = json.loads(contents[4])
    other = writer.encode(writer.finished({**changed, "audit_head": "sha256:" + "0c" * 32}, keep_agreement=True))
    wrong = contents[5].replace(b'"weight": 100', b'"weight": 101')
    writer.publish(path, contents[4])

    def publish(process):
        deadline = time.monotonic() + 3
        while process.poll() is None and time.monotonic() < deadline:
            for data in (other, wrong, contents[4]):
                writer.publish(path, data)
        writer.publish(path, contents[299])

    code, result = race(path, publish)
    assert code == 1
    assert result["changed"] > 0
    assert result["digest_mismatches"] > 0
