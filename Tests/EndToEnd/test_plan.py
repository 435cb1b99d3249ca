"""Plans against the real daemon with real servers: previewed exactly, kept in a file, carried out as seen or not at all."""

import json
import re

import pytest

from fleet import Ringd, owner, points, read_snapshot, wait_until

PARTS = 1 << 32


def shares(snapshot):
    """The exact share of each node, from the arcs of the published snapshot."""
    ring = points(snapshot)
    counts = [0] * len(snapshot["slots"])
    before = -1
    for value, index in ring:
        counts[index] += value - before
        before = value
    counts[ring[0][1]] += PARTS - 1 - before
    return {slot["node"]: count / PARTS for slot, count in zip(snapshot["slots"], counts)}


def moved(first, second):
    """The exact share of keys that have another node, arc by arc, and where they come from and go to."""
    rings = [(points(snapshot), [slot["node"] for slot in snapshot["slots"]]) for snapshot in (first, second)]
    borders = sorted({value for ring, _ in rings for value, _ in ring} | {PARTS - 1})
    places = [0, 0]
    before, total = -1, 0
    for border in borders:
        owners = []
        for number, (ring, nodes) in enumerate(rings):
            while places[number] < len(ring) and ring[places[number]][0] < border:
                places[number] += 1
            owners.append(nodes[ring[places[number] % len(ring)][1]])
        if owners[0] != owners[1]:
            total += border - before
        before = border
    return total / PARTS


def snapshot_of(ringd, version):
    return wait_until(lambda: (s := read_snapshot(ringd.ring_path()))["version"] == version and s, 10, f"version {version}")[0]


def version(ringd):
    return ringd.json("status")["pools"][0]["version"]


def everything(ringd):
    """What must not change when something is refused."""
    return ringd.ring_path().read_bytes(), ringd.ctl("events", "-o", "json").stdout


def test_what_is_planned_is_what_is_published(fleet, servers, tmp_path):
    ringd, _ = fleet(6)
    extra = servers(1)[0]
    ringd.ctl("wait", "--healthy")
    before = read_snapshot(ringd.ring_path())
    state = everything(ringd)
    file = tmp_path / "plan.json"
    changes = ["node remove cache-3", f"node add cache-9 {extra.address} --weight 150", "node set cache-1 weight=200"]
    shown = ringd.ctl("plan", *changes, "--save", file, "-m", "CHG-40")
    assert everything(ringd) == state
    assert re.search(r"^NODE +BEFORE +AFTER +CHANGE$", shown.stdout, re.M)
    assert re.search(r"^GUARD +SAYS +WHY\nfloor +allows ", shown.stdout, re.M)
    assert re.search(r"^budget +refuses ", shown.stdout, re.M)

    plan = json.loads(file.read_text())
    preview = plan["preview"]
    assert plan["plan"]["base_version"] == before["version"] == 6
    done = ringd.ctl("apply", "--plan", file, "-y")
    assert "version 6 -> 7" in done.stdout
    # Where the ports put the points decides whether some keys go back to a server that had them.
    assert all(line.startswith("note: ") and "go back" in line for line in done.stderr.splitlines()), done.stderr
    after = snapshot_of(ringd, 7)

    promised = {slot["node"]: slot["after"] for slot in preview["shares"]}
    promised |= {slot["node"]: slot["share"] for slot in preview["unchanged"]}
    published = shares(after)
    assert promised.pop("cache-3") == 0 and "cache-3" not in published
    assert promised.keys() == published.keys()
    for node, share in published.items():
        assert round(share, 6) == pytest.approx(promised[node], abs=1e-6)
    assert moved(before, after) == pytest.approx(preview["moved_share"], abs=1e-6)
    assert preview["own_share"] + preview["collateral_share"] == pytest.approx(preview["moved_share"], abs=2e-6)
    old = shares(before)
    factors = {node: published[node] / old[node] for node in published if node in old}
    worst = max(factors, key=factors.get)
    assert preview["worst_growth"]["node"] == worst
    assert preview["worst_growth"]["factor"] == pytest.approx(factors[worst], abs=0.0051)
    # The reason that was given with the plan is kept with the change.
    assert {event["reason"] for event in ringd.json("events", "--limit", "3")["events"]} == {"CHG-40"}


def test_a_pool_that_moved_on_is_refused_and_nothing_changes(fleet, tmp_path):
    ringd, _ = fleet(4)
    file = tmp_path / "plan.json"
    file.write_text(ringd.ctl("plan", "node", "remove", "cache-2", "-o", "json").stdout)
    ringd.ctl("node", "set", "cache-1", "weight=150", "-y", "-m", "more RAM")
    state = everything(ringd)
    for options in (["-y"], ["-n"]):
        refused = ringd.ctl("apply", "--plan", file, *options, check=False)
        assert refused.returncode == 3
        assert "has moved on to version 5 since the plan was made at version 4" in refused.stderr
        assert re.search(r"set cache-1 weight=150 by \w+: more RAM  \(version 5\)", refused.stderr)
        assert "make the plan anew" in refused.stderr
        assert everything(ringd) == state


def test_a_plan_is_carried_out_once(fleet, tmp_path):
    ringd, _ = fleet(3)
    file = tmp_path / "plan.json"
    ringd.ctl("plan", "node set cache-1 weight=120", "--save", file)
    ringd.ctl("apply", "--plan", file, "-y")
    state = everything(ringd)
    again = ringd.ctl("apply", "--plan", file, "-y", check=False)
    assert again.returncode == 3 and "was carried out already" in again.stderr and "as version 4" in again.stderr
    assert everything(ringd) == state


def test_the_same_words_that_come_to_something_else_are_refused(fleet, tmp_path):
    ringd, _ = fleet(4)
    ringd.ctl("node", "eject", "cache-2", "-y")
    file = tmp_path / "plan.json"
    ringd.ctl("plan", "node readmit cache-2 --accept-stale", "--save", file)
    before = version(ringd)
    # The weight of a node that is out makes no version.
    ringd.ctl("node", "set", "cache-2", "weight=300", "-y")
    assert version(ringd) == before
    state = everything(ringd)
    refused = ringd.ctl("apply", "--plan", file, "-y", check=False)
    assert refused.returncode == 3
    assert f"though the pool is at version {before} still" in refused.stderr
    assert re.search(r"share of cache-2: [\d.]+% in the plan, [\d.]+% now", refused.stderr)
    assert "set cache-2 weight=300" in refused.stderr
    assert everything(ringd) == state


def test_a_planned_server_that_does_not_answer_keeps_the_plan_from_happening(fleet, servers, tmp_path):
    ringd, _ = fleet(4)
    extra = servers(1)[0]
    file = tmp_path / "plan.json"
    ringd.ctl("plan", "node remove cache-1", f"node add cache-9 {extra.address}", "--save", file)
    extra.kill()
    state = everything(ringd)
    refused = ringd.ctl("apply", "--plan", file, "-y", check=False)
    assert refused.returncode == 2 and f"cache-9 at {extra.address} does not answer: connection refused" in refused.stderr
    assert everything(ringd) == state
    extra.start()
    ringd.ctl("apply", "--plan", file, "-y")
    assert {slot["node"] for slot in snapshot_of(ringd, 5)["slots"]} == {"cache-2", "cache-3", "cache-4", "cache-9"}


def test_a_roster_file_is_planned_and_carried_out(fleet, tmp_path):
    ringd, _ = fleet(3)
    roster, file = tmp_path / "default.toml", tmp_path / "plan.json"
    roster.write_text(ringd.ctl("export").stdout)
    nothing = ringd.ctl("plan", "-f", roster, "--save", file)
    assert nothing.stdout == "default: no changes\n" and "no plan is kept" in nothing.stderr and not file.exists()
    roster.write_text(roster.read_text().replace("weight = 100", "weight = 130", 1))
    ringd.ctl("plan", "-f", roster, "--save", file)
    ringd.ctl("apply", "--plan", file, "-y")
    assert ringd.nodes()["cache-1"]["weight"] == 130
    roster.write_text('pool = "default"\n[[node]]\nnmae = "a"\n')
    broken = ringd.ctl("plan", "-f", roster, check=False)
    assert broken.returncode == 65 and ":3:1: 'nmae' is not a key of a node" in broken.stderr


def test_changes_of_every_kind_are_planned_and_nothing_is_done(fleet, servers):
    ringd, _ = fleet(4)
    extra, spare = servers(2)
    ringd.ctl("wait", "--healthy")
    ringd.ctl("node", "eject", "cache-4", "-y", "-m", "look at it")
    state = everything(ringd)
    plans = {
        "node drain cache-1": "drained cache-1",
        "node maintenance cache-1 --for 2h": "took out for maintenance cache-1",
        "node enable cache-4": "enabled cache-4",
        "node readmit cache-4": "readmitted cache-4",
        "node eject cache-2": "ejected cache-2",
        f"node replace cache-1 {extra.address}": "replaced cache-1",
        f"spare add spare-1 {spare.address}": "added spare spare-1",
        "pool set dialect=libmemcached-ketama": "set dialect=libmemcached-ketama",
        "pool set floor=50 settle=1m": "set floor=50 settle=1m",
        "pool freeze": "froze pool default",
        "ring rollback 2": "rolled back to version 2",
        "pool delete default": "deleted pool default",
    }
    for change, summary in plans.items():
        answer = ringd.json("plan", change, "-m", "why")["preview"]
        assert summary in answer["summary"] and answer["done"] is False
        shown = {slot["node"]: slot for slot in answer["shares"]}
        if change in ("node enable cache-4", "node readmit cache-4"):
            assert shown["cache-4"]["before"] == 0 and shown["cache-4"]["after"] == answer["cold_share"] > 0.1
        if change == "node drain cache-1":
            assert shown["cache-1"]["after"] == 0 and answer["moved_share"] == shown["cache-1"]["before"]
        if change.startswith("node replace"):
            assert answer["moved_share"] == 0 and answer["cold_share"] > 0.1
    assert everything(ringd) == state


def test_bad_plans_say_what_is_wrong(fleet, tmp_path):
    ringd, _ = fleet(3)
    file = tmp_path / "plan.json"
    ringd.ctl("plan", "node remove cache-2", "--save", file)
    state = everything(ringd)
    bad = [
        (["plan"], 64, "There is nothing to plan"),
        (["plan", "node remove cach-2"], 2, "did you mean 'cache-2'?"),
        (["plan", "node remove cache-2", "node set cache-2 weight=2"], 2, "change 2 (set-node cache-2) contradicts change 1"),
        (["plan", "node remove cache-1", "node remove cache-2", "node remove cache-3"], 2, "would be empty"),
        (["plan", "pool set flor=1"], 2, "did you mean 'floor'?"),
        (["plan", "pool set floor=101"], 2, "floor"),
        (["plan", "pool thaw web"], 2, "there is no pool 'web'"),
        (["plan", "node maintenance cache-1"], 2, "needs a reason"),
        (["plan", "ring rollback 77"], 2, "no version 77"),
        (["plan", "ring rollback 1", "node remove cache-1"], 2, "give it alone"),
        (["apply", "--plan", tmp_path / "none.json"], 65, "No such file"),
        (["apply", "--plan", file, "-p", "web"], 2, "the plan is about 'default'"),
    ]
    for arguments, status, words in bad:
        refused = ringd.ctl(*arguments, check=False)
        assert refused.returncode == status, (arguments, refused.stderr)
        assert words in refused.stderr, (arguments, refused.stderr)
    file.write_text(file.read_text().replace("cache-2", "cache-1"))
    edited = ringd.ctl("apply", "--plan", file, "-y", check=False)
    assert edited.returncode == 65 and "was edited after it was made" in edited.stderr
    assert everything(ringd) == state


def test_a_plan_of_another_installation_is_refused(fleet, tmp_path):
    ringd, made = fleet(2)
    file = tmp_path / "plan.json"
    ringd.ctl("plan", "node set cache-1 weight=120", "--save", file)
    other = Ringd(tmp_path / "other").start()
    try:
        refused = other.ctl("apply", "--plan", file, "-y", check=False)
        assert refused.returncode == 2 and "there is no pool 'default' here" in refused.stderr
        for number, server in enumerate(made, 1):
            other.ctl("node", "add", f"cache-{number}", server.address, "-y")
        refused = other.ctl("apply", "--plan", file, "-y", check=False)
        assert refused.returncode == 2 and "it is another installation" in refused.stderr
        assert version(other) == 2
    finally:
        other.stop()


def test_a_plan_makes_the_first_pool(ringd, servers, tmp_path):
    server = servers(1)[0]
    file = tmp_path / "plan.json"
    ringd.ctl("plan", f"node add cache-1 {server.address}", "--save", file)
    assert ringd.json("status")["pools"] == []
    ringd.ctl("apply", "--plan", file, "-y")
    assert shares(snapshot_of(ringd, 1)) == {"cache-1": 1}
    again = ringd.ctl("apply", "--plan", file, "-y", check=False)
    assert again.returncode == 3 and "makes the pool 'default', and there is one since" in again.stderr
