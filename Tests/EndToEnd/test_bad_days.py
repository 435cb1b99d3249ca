"""What must not happen on a bad day: an emptied cache because the checker was in trouble."""

import os
import signal
import time

from fleet import read_snapshot, wait_until


def test_nothing_is_ejected_when_all_servers_stop_at_once(fleet):
    ringd, servers = fleet(8)
    version = read_snapshot(ringd.ring_path())["version"]
    for server in servers:
        server.freeze()
    wait_until(lambda: ringd.json("status")["pools"][0]["mode"] == "frozen", 8, "the pool is frozen")
    time.sleep(4)
    assert read_snapshot(ringd.ring_path())["version"] == version
    for server in servers:
        server.thaw()
    ringd.ctl("pool", "set", "thaw-after=1s", "-y", check=False)
    wait_until(lambda: ringd.json("status")["pools"][0]["mode"] == "normal", 60, "it thaws by itself")
    assert read_snapshot(ringd.ring_path())["version"] == version
    assert {node["placement"] for node in ringd.nodes().values()} == {"in"}


def test_a_stopped_checker_ejects_nobody(fleet):
    ringd, servers = fleet(8)
    version = read_snapshot(ringd.ring_path())["version"]
    os.kill(ringd.process.pid, signal.SIGSTOP)
    time.sleep(8)
    os.kill(ringd.process.pid, signal.SIGCONT)
    wait_until(lambda: "distrust" in [event["kind"] for event in ringd.json("events")["events"]], 5, "it distrusts itself")
    time.sleep(3)
    assert read_snapshot(ringd.ring_path())["version"] == version
    assert {node["placement"] for node in ringd.nodes().values()} == {"in"}


def test_the_floor_holds_the_second_dead_server_of_eight(fleet):
    ringd, servers = fleet(8)
    servers[0].kill()
    wait_until(lambda: ringd.nodes()["cache-1"]["placement"] == "ejected", 8, "the first is ejected")
    time.sleep(10)
    servers[1].kill()
    wait_until(lambda: ringd.nodes()["cache-2"]["placement"] == "held", 8, "the second is held")

    def state_of_the_second():
        return next(s["state"] for s in read_snapshot(ringd.ring_path())["slots"] if s["node"] == "cache-2")

    wait_until(lambda: state_of_the_second() == "held", 5, "clients are told that it is held")
    kinds = [event["kind"] for event in ringd.json("events")["events"]]
    assert kinds.count("guard") == 1, "the guard says no once"


def test_operator_commands_work_in_a_frozen_pool(fleet):
    ringd, servers = fleet(3)
    ringd.ctl("pool", "freeze", "-m", "network work", "-y")
    servers[0].kill()
    time.sleep(4)
    assert ringd.nodes()["cache-1"]["placement"] == "in"
    ringd.ctl("node", "eject", "cache-1", "-y")
    assert ringd.nodes()["cache-1"]["placement"] == "ejected"
    ringd.ctl("pool", "thaw", "-y")
    assert ringd.json("status")["pools"][0]["mode"] == "normal"
