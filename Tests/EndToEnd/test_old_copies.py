"""Keys do not go back by themselves to servers that may hold old copies of them."""

from fleet import wait_until


def test_a_checker_that_starts_anew_remembers_who_holds_old_copies(fleet):
    ringd, servers = fleet(4)
    ringd.ctl(
        "pool", "set", "on-failure=eject", "confirm=0s", "move-budget=100%", "max-changes-per-hour=0", "damping=off", "-y"
    )
    for server in servers:
        server.set("anything", "old")
    first = servers[0]
    first.kill()
    wait_until(lambda: ringd.nodes()["cache-1"]["placement"] == "ejected", 20, "it is ejected")
    first.start()
    wait_until(lambda: ringd.nodes()["cache-1"]["placement"] == "in", 30, "it is back, emptied")

    ringd.kill()
    ringd.start()
    wait_until(lambda: {n["health"] for n in ringd.nodes().values()} == {"up"}, 20, "all are seen again")
    preview = ringd.ctl("node", "eject", "cache-1", "--dry-run").stderr
    assert "may hold old copies: cache-" in preview, preview
    first.kill()
    wait_until(lambda: ringd.nodes()["cache-1"]["placement"] == "held", 20, "it is held, since its neighbours remember")
    story = ringd.ctl("why", "cache-1").stdout
    assert "'stale-return'" in story and "still hold old copies" in story, story
    events = [event for event in ringd.json("events")["events"] if event["kind"] == "guard"]
    assert len(events) == 1, "the guard says no once"
    first.start()
    wait_until(lambda: ringd.nodes()["cache-1"]["placement"] == "in", 30, "a held slot comes back at once")


def test_a_fleet_that_is_being_set_up_holds_nothing_old(fleet):
    ringd, servers = fleet(4)
    servers[2].kill()
    wait_until(lambda: ringd.nodes()["cache-3"]["placement"] == "ejected", 20, "its neighbours are known to be empty")
