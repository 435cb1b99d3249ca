"""A pool's roster as a file: export, diff and apply against the real daemon."""

import json
import re
import subprocess
import time

import pytest

from fleet import BINARIES


def ctl_with_input(ringd, text, *arguments):
    return subprocess.run(
        [BINARIES / "ringctl", "--socket", ringd.socket, *arguments], input=text, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def pool(ringd):
    """Four nodes that do not answer and a spare: a roster needs no server."""
    ringd.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y", "--zone", "a", "--tag", "big", "--tag", "ssd")
    for number in (2, 3, 4):
        ringd.ctl("node", "add", f"cache-{number}", f"127.0.0.1:{number}", "--now", "-y")
    ringd.ctl("pool", "set", "mode=observe", "interval=10s", "-y")
    ringd.ctl("spare", "add", "spare-1", "127.0.0.1:9", "-y")
    return ringd


def version(ringd):
    return ringd.json("status")["pools"][0]["version"]


@pytest.mark.parametrize("form, suffix", [("table", "toml"), ("yaml", "yaml"), ("json", "json")])
def test_apply_of_what_was_exported_changes_nothing(pool, tmp_path, form, suffix):
    before = pool.ctl("events", "-o", "json").stdout
    file = tmp_path / f"roster.{suffix}"
    file.write_text(pool.ctl("export", "-o", form).stdout)
    assert 'interval' in file.read_text()
    applied = pool.ctl("apply", "-f", file)
    assert applied.stdout == "default: no changes\n" and applied.stderr == ""
    assert pool.ctl("diff", "-f", file).returncode == 0
    assert pool.ctl("events", "-o", "json").stdout == before
    from_pipe = ctl_with_input(pool, file.read_text(), "apply", "-f", "-")
    assert from_pipe.stdout == "default: no changes\n"


def test_apply_makes_the_pool_what_the_file_says_in_one_version(pool, tmp_path):
    file = tmp_path / "roster.toml"
    text = pool.ctl("export").stdout
    text = text.replace('name = "cache-2"\naddress = "127.0.0.1:2"\nweight = 100', 'name = "cache-2"\naddress = "127.0.0.1:2"\nweight = 150\nzone = "b"')
    text = text.replace('interval = "10s"', 'interval = "5s"')
    text = text.replace('[[node]]\nname = "cache-3"\naddress = "127.0.0.1:3"\nweight = 100\n\n', "")
    text += '\n[[node]]\nname = "cache-5"\naddress = "127.0.0.1:5"\nweight = 100\n'
    file.write_text(text)
    before = version(pool)

    shown = pool.ctl("diff", "-f", file, check=False)
    assert shown.returncode == 1
    assert shown.stdout.startswith(f"default  version {before}  1 to add, 1 to change, 1 to set, 1 only in the pool\n")
    for line in (r"~  default  interval +10s +5s", r"~  cache-2  weight +100 +150", r"\+  cache-5  add", r"=  cache-3  keep"):
        assert re.search(line, shown.stdout), shown.stdout

    preview = pool.ctl("apply", "-f", file, "--prune", "--now", "--dry-run")
    assert "(not applied)" in preview.stdout and version(pool) == before
    applied = pool.ctl("apply", "-f", file, "--prune", "--now", "-y", "-m", "CHG-7")
    assert f"version {before} -> {before + 1}" in applied.stdout
    nodes = pool.nodes()
    assert nodes.keys() == {"cache-1", "cache-2", "cache-4", "cache-5", "spare-1"}
    assert nodes["cache-2"]["weight"] == 150 and nodes["cache-2"]["zone"] == "b"
    assert pool.json("pool", "show")["policy"]["interval"] == "5s"
    assert pool.ctl("apply", "-f", file).stdout == "default: no changes\n"


def test_a_big_change_in_a_pipe_is_refused_without_yes(pool, tmp_path):
    file = tmp_path / "roster.toml"
    file.write_text(pool.ctl("export").stdout.replace("weight = 100", "weight = 10000", 1))
    before = version(pool)
    refused = pool.ctl("apply", "-f", file, check=False)
    assert refused.returncode == 2 and "--dry-run" in refused.stderr
    assert version(pool) == before


def test_what_was_changed_elsewhere_is_shown_and_not_overwritten(pool, tmp_path):
    file = tmp_path / "roster.toml"
    exported = pool.ctl("export").stdout
    pool.ctl("node", "set", "cache-1", "weight=300", "-y", "-m", "more RAM")
    file.write_text(exported.replace("weight = 100", "weight = 200", 2))
    before = version(pool)
    shown = pool.ctl("diff", "-f", file, check=False)
    assert shown.returncode == 1
    assert re.search(r"^!  cache-1  weight +300 +200 .*changed elsewhere .*more RAM", shown.stdout, re.M), shown.stdout
    assert re.search(r"^~  cache-2  weight +100 +200", shown.stdout, re.M)
    refused = pool.ctl("apply", "-f", file, "-y", check=False)
    assert refused.returncode == 3
    assert "cache-1: changed elsewhere" in refused.stderr and "--overwrite" in refused.stderr
    assert version(pool) == before
    # Where the file already says what others did, nothing is in the way.
    file.write_text(exported.replace("weight = 100", "weight = 300", 1))
    assert pool.ctl("apply", "-f", file).stdout == "default: no changes\n"
    file.write_text(exported.replace("weight = 100", "weight = 200", 1))
    pool.ctl("apply", "-f", file, "-y", "--overwrite")
    assert pool.nodes()["cache-1"]["weight"] == 200


def test_what_was_applied_from_the_same_file_was_not_done_elsewhere(pool, tmp_path):
    file = tmp_path / "roster.toml"
    exported = pool.ctl("export").stdout
    for weight in (150, 200, 250):
        file.write_text(exported.replace("weight = 100", f"weight = {weight}", 1))
        pool.ctl("apply", "-f", file, "-y")
        assert pool.nodes()["cache-1"]["weight"] == weight


def test_a_server_that_others_removed_is_not_added_again(pool, tmp_path):
    file = tmp_path / "roster.toml"
    file.write_text(pool.ctl("export").stdout)
    pool.ctl("node", "remove", "cache-4", "-y", "-m", "end of lease")
    refused = pool.ctl("apply", "-f", file, "-y", check=False)
    assert refused.returncode == 3 and "end of lease" in refused.stderr
    assert "cache-4" not in pool.nodes()


@pytest.mark.parametrize(
    "name, text, problems",
    [
        ("a.toml", 'pool = "default"\n[[node]]\nnmae = "a"\naddress = "127.0.0.1:1"\n', ["3:1: 'nmae' is not a key of a node", "did you mean 'name'?"]),
        ("a.toml", '[[node]]\nname = "a"\naddress = "127.0.0.1:70000"\nweight = 0\n', ["3:11: port: '70000' is not a port", "4:10: weight: 0 is out of range"]),
        ("a.toml", '[[node]]\nname = "a"\naddress = "127.0.0.1:1"\n\n[[node]]\nname = "a"\naddress = "127.0.0.1:2"\n', ["5:1: 'a' stands here and in line 1"]),
        ("a.toml", '[[node]]\nname = "a"\naddress = "127.0.0.1:1"\n[[node]]\nname = "b"\naddress = "127.0.0.1:1"\n', ["4:1: 127.0.0.1:1 stands here and in line 1"]),
        ("a.toml", '[[node]]\nname = "a"\n', ["1:1: a node has no address"]),
        ("a.toml", '[[node]]\nname = "a\naddress = "127.0.0.1:1"\n', [":2:"]),
        ("a.toml", '[node]\nname = "a"\n', ["1:1: 'node' is a table, not a list of tables"]),
        ("a.toml", '[[node]]\nname = "a"\naddress = 7\ntags = ["x", 2]\n', ["3:11: 'address' is a number, not a text", "4:14: a tag is a number"]),
        ("a.yaml", 'node:\n  - name: a\n    adress: 127.0.0.1:1\n', ["3:5: 'adress' is not a key of a node", "did you mean 'address'?"]),
        ("a.yaml", 'node:\n  - name: a\n    weight: heavy\n    address: 127.0.0.1:1\n', ["3:13: weight: 'heavy' is not a whole number"]),
        ("a.yaml", 'node:\n  - name: a\n   address: 127.0.0.1:1\n', [":3:"]),
        ("a.yaml", "pool: default\npool: default\n", ["the key 'pool' stands twice"]),
        ("a.yaml", "- 1\n- 2\n", ["1:1: the file is a list, not a table"]),
        ("a.yaml", "pool: [default\n", [":2:"]),
        ("a.toml", 'pool = "default"\nbase = { version = 1 }\n', ["2:1: 'base' is not whole"]),
        ("a.toml", 'pool = "DEFAULT"\n', ["1:8: pool: 'DEFAULT' has a character"]),
        ("a.toml", 'pool = "default"\n', ["1:8: there is no node in the file, and the pool has 4"]),
    ],
)
def test_a_broken_file_is_refused_with_line_and_column(pool, tmp_path, name, text, problems):
    file = tmp_path / name
    file.write_text(text)
    before = version(pool)
    refused = pool.ctl("apply", "-f", file, "--prune", "-y", check=False)
    assert refused.returncode == 65, refused.stderr
    assert refused.stderr.startswith(f"ringctl: {file}:")
    for problem in problems:
        assert problem in refused.stderr
    assert version(pool) == before


def test_an_unknown_policy_key_and_a_file_that_is_none_are_refused(pool, tmp_path):
    file = tmp_path / "roster.toml"
    file.write_text(pool.ctl("export").stdout.replace("interval =", "intervall ="))
    refused = pool.ctl("apply", "-f", file, "-y", check=False)
    assert refused.returncode == 2 and "interval" in refused.stderr
    for path in (tmp_path, tmp_path / "missing.toml"):
        assert pool.ctl("apply", "-f", path, check=False).returncode == 65
    file.write_bytes(b"\xff\xfe")
    assert pool.ctl("apply", "-f", file, check=False).returncode == 65
    deep = tmp_path / ("d" * 100) / "roster.toml"
    deep.parent.mkdir()
    deep.write_text("pool = 7\n")
    # Whoever reads the path wants to go there: it is never cut.
    assert f"{deep}:1:8: " in pool.ctl("apply", "-f", deep, check=False).stderr


def big_file(path, count, weight=100):
    nodes = "".join(
        f'[[node]]\nname = "n{n}"\naddress = "10.{n >> 16}.{n >> 8 & 255}.{n & 255}:11211"\nweight = {weight}\n' for n in range(count)
    )
    path.write_text(f'pool = "big"\n[policy]\nmode = "observe"\ninterval = "60s"\n{nodes}')
    return path


def test_a_thousand_nodes_are_one_version_within_two_seconds(ringd, tmp_path):
    file = big_file(tmp_path / "big.toml", 1000)
    begin = time.monotonic()
    applied = ringd.ctl("apply", "-f", file, "-y")
    elapsed = time.monotonic() - begin
    assert applied.stdout.startswith("big: version 1  ")
    assert len(ringd.json("node", "list", "-p", "big")["nodes"]) == 1000
    assert ringd.ctl("apply", "-f", file).stdout == "big: no changes\n"
    print(f"1,000 nodes applied in {elapsed:.2f} s")
    # The programs of a development build are many times slower than those that are installed.
    assert elapsed < (2 if "release" in str(BINARIES) else 30)


def test_more_nodes_than_a_pool_may_have_are_refused(ringd, tmp_path):
    file = big_file(tmp_path / "big.toml", 10_001)
    refused = ringd.ctl("apply", "-f", file, "-y", check=False)
    assert refused.returncode == 65 and "10001 servers are too many" in refused.stderr
    assert ringd.json("status")["pools"] == []


# MARK: The doctor


def test_the_doctor_finds_nothing_wrong_with_a_healthy_pool(fleet):
    ringd, _ = fleet(2)
    ringd.ctl("wait", "--healthy")
    seen = ringd.ctl("doctor")
    assert seen.stdout.endswith("nothing is wrong\n"), seen.stdout
    for subject in ("daemon", "socket", "permissions", "database", "disk", "clock", "snapshot default", "pool default"):
        assert re.search(rf"^ok +{subject} ", seen.stdout, re.M), seen.stdout


def test_the_doctor_explains_what_is_wrong(fleet):
    ringd, servers = fleet(2)
    ringd.ctl("wait", "--healthy")
    servers[1].kill()
    (ringd.data / "ringd.db").chmod(0o644)
    (ringd.data / "signing.key").write_text("secret")
    (ringd.data / "signing.key").chmod(0o644)
    ringd.ring_path().write_text("{")
    ringd.ctl("pool", "freeze", "-m", "switch maintenance")
    found = {}

    def checks():
        outcome = ringd.ctl("doctor", "-o", "json", check=False)
        assert outcome.returncode == 1
        found.clear()
        for check in json.loads(outcome.stdout)["checks"]:
            found.setdefault(check["subject"], []).append(check)
        # A server that is killed resets what was open before it refuses what comes after.
        return any("connection refused" in check["finding"] for check in found.get("node default/cache-2", []))

    deadline = time.monotonic() + 20
    while not checks():
        assert time.monotonic() < deadline, found
    assert "connection refused" in found["node default/cache-2"][0]["finding"]
    assert found["permissions"][0]["hint"].startswith("chmod 600")
    assert found["key"][0]["level"] == "fail"
    assert "restart ringd" in found["snapshot default"][0]["hint"]
    assert "pool thaw" in found["pool default"][0]["hint"]


def test_the_doctor_finds_a_client_that_lags(fleet, tmp_path):
    ringd, _ = fleet(2)
    ringd.ctl("wait", "--healthy")
    copy = tmp_path / "ring.json"
    copy.write_bytes(ringd.ring_path().read_bytes())

    def seen(path=copy):
        checks = json.loads(ringd.ctl("doctor", "--quick", "--client", path, "-o", "json", check=False).stdout)["checks"]
        return next((check["level"], check["finding"]) for check in checks if check["subject"] == f"client {path}")

    assert seen() == ("ok", "pool default at version 2, the newest")
    ringd.ctl("node", "set", "cache-1", "weight=150", "-y")
    assert seen() == ("ok", "pool default at version 2; 3 was published just now")
    assert seen(tmp_path / "none.json")[0] == "fail"
    copy.write_text(copy.read_text().replace('"version": 2', '"version": 9'))
    assert seen()[0] == "fail"


def test_the_doctor_says_when_no_daemon_answers(tmp_path):
    result = subprocess.run(
        [BINARIES / "ringctl", "--socket", tmp_path / "none.sock", "doctor"], capture_output=True, text=True
    )
    assert result.returncode == 1 and "no ringd answers" in result.stdout and re.search("start it with '(systemctl start )?ringd'", result.stdout)
