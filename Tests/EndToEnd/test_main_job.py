"""Roster, probes, decision, database, snapshot, client: the main job on real servers."""

import os
import sqlite3
import subprocess

import pytest

from fleet import free_port, owner, points, read_snapshot, wait_until


def test_publishes_what_was_added_and_follows_a_kill(fleet):
    ringd, servers = fleet(8)
    assert read_snapshot(ringd.ring_path())["version"] == 8
    servers[2].kill()
    snapshot, elapsed = wait_until(
        lambda: (s := read_snapshot(ringd.ring_path()))["version"] == 9 and s, 6, "the dead server is ejected"
    )
    assert elapsed < 4, "a refused connection is found within interval + confirm"
    assert [slot["node"] for slot in snapshot["slots"]] == sorted(
        (f"cache-{n}" for n in (1, 2, 4, 5, 6, 7, 8)),
        key=lambda name: next(s["label"] for s in snapshot["slots"] if s["node"] == name).encode(),
    )
    assert snapshot["change"]["kind"] == "eject"
    assert "refused" in snapshot["change"]["reason"]


def test_flushes_a_server_that_comes_back_before_it_owns_keys_again(fleet):
    ringd, servers = fleet(4)
    before = read_snapshot(ringd.ring_path())
    ring = points(before)
    victim = next(s for s in before["slots"] if s["node"] == "cache-2")
    key = next(k for k in (f"user:{n}" for n in range(10_000)) if before["slots"][owner(ring, k)] is victim)
    servers[1].freeze()
    wait_until(lambda: ringd.nodes()["cache-2"]["placement"] == "ejected", 8, "the stopped server is ejected")
    servers[1].thaw()
    servers[1].set(key, "stale")
    wait_until(
        lambda: read_snapshot(ringd.ring_path())["change"]["kind"] == "rejoin", 60, "clients are told that it is back"
    )
    assert servers[1].get(key) is None, "what it held before is gone"
    assert ringd.nodes()["cache-2"]["placement"] == "in"


def test_finds_a_stopped_server_within_interval_three_timeouts_and_confirm(fleet):
    ringd, servers = fleet(5)
    servers[0].freeze()
    _, elapsed = wait_until(
        lambda: ringd.nodes()["cache-1"]["placement"] == "ejected", 8, "the server that only accepts is ejected"
    )
    assert elapsed <= 1.1 + 3 * 0.5 + 2 + 0.5, f"took {elapsed:.2f} s"


def test_a_server_that_was_down_when_added_enters_when_it_answers(ringd, servers):
    alive, late = servers(2)
    late.kill()
    ringd.ctl("node", "add", "cache-1", alive.address, "-y")
    result = ringd.ctl("node", "add", "cache-2", late.address, "-y")
    assert result.returncode == 0 and "not in the ring" in result.stderr + result.stdout
    assert ringd.nodes()["cache-2"]["placement"] == "absent"
    late.start()
    wait_until(lambda: ringd.nodes()["cache-2"]["placement"] == "in", 60, "it enters the ring")


def test_the_first_admission_does_not_flush(ringd, servers):
    (server,) = servers(1)
    server.set("adopted", "kept")
    result = ringd.ctl("node", "add", "cache-1", server.address, "-y")
    assert server.get("adopted") == "kept"
    assert "1 items" in result.stderr + result.stdout or "holds" in result.stderr + result.stdout


def test_a_restart_publishes_nothing_new_and_keeps_everything(fleet):
    ringd, _ = fleet(3)
    before = ringd.ring_path().read_bytes()
    assert ringd.stop() == 0
    ringd.start()
    assert ringd.ring_path().read_bytes() == before
    assert sorted(ringd.nodes()) == ["cache-1", "cache-2", "cache-3"]


def test_the_story_can_be_told_in_sql(fleet):
    ringd, _ = fleet(3)
    ringd.ctl("node", "set", "cache-1", "weight=50", "-m", "CHG-1: smaller machine", "-y")
    with sqlite3.connect(f"file:{ringd.data}/ringd.db?mode=ro", uri=True) as database:
        who, why = database.execute(
            "SELECT actor, reason FROM event WHERE kind = 'set' ORDER BY id DESC LIMIT 1"
        ).fetchone()
        versions = database.execute("SELECT count(*) FROM ring_history").fetchone()[0]
    assert why == "CHG-1: smaller machine" and who
    assert versions == 4
    assert ringd.json("audit", "verify")["intact"] is True


def test_rolls_forward_to_the_slots_of_an_earlier_version(fleet):
    ringd, _ = fleet(3)
    before = read_snapshot(ringd.ring_path())
    ringd.ctl("node", "set", "cache-1", "weight=900", "-m", "a slip of the hand", "-y")
    assert points(read_snapshot(ringd.ring_path())) != points(before)
    preview = ringd.json("ring", "rollback", str(before["version"]), "-n")
    assert preview["done"] is False and 0 < preview["moved_share"] < 1
    assert "may hold old copies" in " ".join(preview["notices"])
    ringd.ctl("ring", "rollback", str(before["version"]), "-m", "CHG-8", "-y")
    after = read_snapshot(ringd.ring_path())
    assert after["version"] == before["version"] + 2 and after["change"]["kind"] == "rollback"
    assert after["slots"] == before["slots"] and after["agreement"] == before["agreement"]
    rolled = f"rolled the ring back to version {before['version']}: CHG-8. That made version {after['version']}."
    assert ringd.ctl("why", "cache-1").stdout.count(rolled) == 1
    label = next(slot["label"] for slot in after["slots"] if slot["node"] == "cache-1")
    assert ringd.ctl("why", label).stdout.count(rolled) == 1
    assert rolled not in ringd.ctl("why", "cache-2").stdout, "nothing changed for it"
    ringd.ctl("node", "remove", "cache-1", "-m", "CHG-9", "-y")
    assert ringd.ctl("why", "cache-1").stdout.count(rolled) == 1, "its story is told when it is gone"
    unknown = ringd.ctl("ring", "rollback", "99", "-y", check=False)
    assert unknown.returncode == 2 and "no version 99" in unknown.stderr


def test_a_node_that_drains_is_shown_since_its_step(fleet):
    ringd, _ = fleet(3)

    def since():
        return {node["name"]: node["since"] for node in ringd.json("node", "list")["nodes"]}

    before = since()
    ringd.ctl("node", "drain", "cache-1", "-y")
    after = since()
    assert after["cache-1"] > before["cache-1"]
    assert after == {**before, "cache-1": after["cache-1"]}


def run_memcached(*options):
    """A memcached server with options of its own; as root where pytest's directories let nobody else in."""
    user = ["-u", "root"] if os.geteuid() == 0 else []
    return subprocess.Popen(["memcached", "-m", "16", *user, *options], stderr=subprocess.DEVNULL)


def test_a_unix_socket_is_probed(ringd, tmp_path):
    path = tmp_path / "mc.sock"
    server = run_memcached("-s", path)
    try:
        wait_until(path.exists, 5, "the socket is there")
        ringd.ctl("node", "add", "local", path, "-y")
        slot = read_snapshot(ringd.ring_path())["slots"][0]
        assert slot["host"] == str(path) and "port" not in slot
    finally:
        server.kill()
        server.wait()


def test_an_ipv6_server_is_probed(ringd):
    try:
        port = free_port("::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    server = run_memcached("-l", "::1", "-p", str(port))
    try:
        ringd.ctl("node", "add", "six", f"[::1]:{port}", "-y")
        wait_until(lambda: read_snapshot(ringd.ring_path())["slots"], 10, "it is in the ring")
        slot = read_snapshot(ringd.ring_path())["slots"][0]
        assert (slot["host"], slot["port"]) == ("::1", port)
    finally:
        server.kill()
        server.wait()
