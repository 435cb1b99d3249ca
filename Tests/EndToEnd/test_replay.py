"""The record of real probes, played through other policies: deterministic, read-only, and true to what happened."""

import sqlite3
import time

from fleet import wait_until


def write_policy(tmp_path, text):
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return path


def dump(ringd):
    """Everything but the record of health, which goes on by itself."""
    with sqlite3.connect(f"file:{ringd.data}/ringd.db?mode=ro", uri=True) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ["pool", "node", "slot", "slot_version", "ring_version", "event"]
        }


def test_a_recorded_failure_is_played_through_other_policies(fleet, tmp_path):
    ringd, servers = fleet(6)
    ringd.ctl("pool", "set", "on-failure=hold", "confirm=1s", "interval=200ms", "timeout=200ms", "-y")
    time.sleep(2)
    servers[2].kill()
    wait_until(lambda: ringd.nodes()["cache-3"]["placement"] == "held", 20, "the dead node's slot is held")
    servers[2].start()
    wait_until(lambda: ringd.nodes()["cache-3"]["placement"] == "in", 60, "the slot is served again")
    since = ["--since", "6"]

    eject = write_policy(tmp_path, 'on-failure = ["eject"]\nconfirm = "1s"\n')
    # The policy probes once a second, so what it would have done by now is a little behind what was done.
    wait_until(lambda: len(ringd.json("replay", "--policy", eject, *since)["decisions"]) == 2, 30, "it would rejoin")
    answer = ringd.json("replay", "--policy", eject, *since)
    kinds = [decision["kind"] for decision in answer["decisions"]]
    assert kinds == ["eject", "rejoin"], answer
    assert {decision["node"] for decision in answer["decisions"]} == {"cache-3"}
    assert 0.08 < float(answer["decisions"][0]["moved_share"]) < 0.3
    assert answer["would_have"]["ejections"] == 1 and answer["would_have"]["moved_ppm"] > 100_000
    assert answer["did"]["holds"] == 1 and answer["did"]["ejections"] == 0 and answer["did"]["moved_ppm"] == 0

    # The same question has the same answer, but for the end, which is now.
    again = ringd.json("replay", "--policy", eject, *since)
    assert again["decisions"] == answer["decisions"] and again["would_have"] == answer["would_have"]

    hold = write_policy(tmp_path, "on-failure=hold\nconfirm=1s\n")
    assert [d["kind"] for d in ringd.json("replay", "--policy", hold, *since)["decisions"]] == ["hold", "release"]
    patient = write_policy(tmp_path, "confirm = 10m\n")
    assert ringd.json("replay", "--policy", patient, *since)["decisions"] == []

    assert any(leaves_all_as_it_was(ringd, patient, since) for _ in range(5)), "a replay changed something"


def leaves_all_as_it_was(ringd, policy, since):
    """Whether a replay changed nothing; on a loaded machine the checker may note something of its own meanwhile."""
    before = dump(ringd)
    ringd.json("replay", "--policy", policy, *since)
    return dump(ringd) == before


def test_bad_questions_are_refused_in_words(fleet, tmp_path):
    ringd, _ = fleet(3)
    policy = write_policy(tmp_path, "floor = 180%\n")
    result = ringd.ctl("replay", "--policy", policy, "--since", "1", check=False)
    assert result.returncode == 2 and "out of range" in result.stderr
    fine = write_policy(tmp_path, "rise = 2\n")
    result = ringd.ctl("replay", "--policy", fine, "--since", "900", check=False)
    assert result.returncode == 2 and "900" in result.stderr
    result = ringd.ctl("replay", "--policy", fine, "--since", "2020-01-01T00:00:00Z", check=False)
    assert result.returncode == 2 and "had no ring" in result.stderr
    result = ringd.ctl("replay", "--policy", tmp_path / "nothing", "--since", "1", check=False)
    assert result.returncode == 65
