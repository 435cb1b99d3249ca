"""`LiveRing`: it follows, it keeps what it has, it survives threads, forks and event loops."""

import asyncio
import gc
import os
import threading
import time

import pytest
import snapshot_writer as writer
from ringclient import LiveRing, SnapshotError
from servers import wait_until


@pytest.fixture
def pool(tmp_path):
    path = tmp_path / "ring.json"

    def publish(version, count=3, **members):
        slots = [writer.slot(number) for number in range(1, count + 1)]
        made = writer.snapshot(slots, version=version, parent=version - 1 or None, **members)
        writer.publish(path, writer.encode(made))
        return made

    publish.path = path
    return publish


def test_raises_when_the_first_load_fails(pool):
    with pytest.raises(SnapshotError) as error:
        LiveRing(pool.path, "sessions")
    assert error.value.reason == "missing"


def test_refuses_a_poll_that_never_rests(pool):
    with pytest.raises(ValueError):
        LiveRing(pool.path, "sessions", poll=0)


def test_follows_within_the_poll(pool):
    pool(1)
    with LiveRing(pool.path, "sessions", poll=0.1) as live:
        for version in range(2, 6):
            start = time.monotonic()
            pool(version)
            wait_until(lambda v=version: live.current.version == v, f"version {version}")
            assert time.monotonic() - start < 1
        assert live.state.loads == 5
        assert live.state.failures == 0


def test_asks_only_for_the_state_of_an_unchanged_file(pool, monkeypatch):
    pool(1)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        reads = []
        monkeypatch.setattr("ringclient.files.read", lambda *arguments: reads.append(arguments))
        assert not live.check()
        assert not reads


def test_keeps_its_ring_and_says_why(pool):
    pool(5)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        for content, reason in ((b"", "malformed"), (b"{}", "missing-member"), (None, "missing")):
            if content is None:
                pool.path.unlink()
            else:
                writer.publish(pool.path, content)
            assert not live.check()
            assert live.state.last_error.reason == reason
            assert live.owner("user:1").label.startswith("10.0.0.")
        pool(4)
        assert not live.check()
        assert live.state.last_error.reason == "older"
        pool(5)
        live.check()
        assert live.state.last_error is None
        assert live.state.failures == 4
        assert live.state.loads == 1


def test_recovers_when_the_very_same_file_comes_back(pool):
    pool(1)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        aside = pool.path.with_name("aside")
        pool.path.rename(aside)
        live.check()
        assert live.state.last_error.reason == "missing"
        aside.rename(pool.path)
        live.check()
        assert live.state.last_error is None


def test_alarms_at_one_version_with_two_contents(pool):
    pool(5)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        before = live.current
        pool(5, count=4)
        assert not live.check()
        assert live.state.alarms == 1
        assert live.current is before


def test_is_not_fooled_by_a_writer_that_writes_in_place(pool):
    pool(1)
    contents = [writer.encode(pool(version, count=3 + version % 2)) for version in range(2, 12)]
    pool(1)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        for data in contents:
            with open(pool.path, "wb") as file:
                for start in range(0, len(data), 97):
                    file.write(data[start : start + 97])
                    file.flush()
                    live._stamp = None  # as a poll does when the file has changed
                    live.check()
            live._stamp = None
            live.check()
        assert live.current.version == 11
        assert live.state.loads == 11
        assert live.state.alarms == 0


def test_keeps_the_last_good_snapshot_across_a_restart(pool, tmp_path):
    keep = tmp_path / "kept.json"
    pool(7)
    LiveRing(pool.path, "sessions", keep=keep).close()
    pool.path.unlink()
    with LiveRing(pool.path, "sessions", keep=keep, poll=3600) as live:
        assert live.current.version == 7
        assert live.state.last_error.reason == "missing"
        pool(6)
        assert not live.check()
        assert live.state.last_error.reason == "older"
        pool(8)
        assert live.check()
    assert b'"version": 8' in keep.read_bytes()


def test_knows_how_long_ago_ringd_was_alive(pool):
    pool(1)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        assert live.state.alive_age is None
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 30))
        note = '{"format":1,"pool":"sessions","at":"%s","epoch":1,"version":1}\n'
        (pool.path.parent / "alive.json").write_text(note % moment)
        assert 29 < live.state.alive_age < 33
        for broken in ("", "[]", '{"format":2}', note % "yesterday", note.replace("sessions", "other") % moment):
            (pool.path.parent / "alive.json").write_text(broken)
            assert live.state.alive_age is None


@pytest.mark.parametrize("seconds", (0, 32_503_680_000), ids=("1970", "3000"))
def test_a_clock_that_is_far_off_changes_nothing(pool, seconds):
    """The clock of whoever writes the files, or of this machine, is decades off."""

    def publish(version):
        pool(version)
        os.utime(pool.path, (seconds, seconds))

    publish(1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
    note = '{"format":1,"pool":"sessions","at":"%s","epoch":1,"version":1}\n'
    (pool.path.parent / "alive.json").write_text(note % moment)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        assert live.state.alive_age >= 0
        for version in range(2, 5):
            publish(version)
            assert live.check()
            assert live.current.version == version
        assert live.state.last_error is None


def test_look_ups_of_threads_see_one_whole_version(pool):
    """Eight threads look keys up while versions come every few milliseconds; each answer must be of one version."""
    keys = [f"user:{number}" for number in range(40)]
    owners = {}
    for count in range(1, 9):
        ring = writer.owner_function(pool(count, count=count))
        owners[count] = [ring(key.encode()) for key in keys]
    contents = [writer.encode(pool(version, count=(version - 1) % 8 + 1)) for version in range(1, 17)]
    writer.publish(pool.path, contents[0])
    wrong, looked_up = [], [0] * 8
    done = threading.Event()

    def look_up(number):
        last = 0
        while not done.is_set():
            ring = live.current
            if ring.version < last:
                wrong.append(("back", last, ring.version))
            last = ring.version
            answers = [ring.index(key) for key in keys]
            if answers != owners[(ring.version - 1) % 8 + 1]:
                wrong.append((ring.version, answers))
            looked_up[number] += len(keys)

    with LiveRing(pool.path, "sessions", poll=0.01) as live:
        threads = [threading.Thread(target=look_up, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for version, data in enumerate(contents[1:], 2):
            if version % 4 == 0:
                wait_until(lambda v=version: live.current.version == v - 1, "the version before", 60)
            writer.publish(pool.path, data)
        wait_until(lambda: live.current.version == len(contents), "the last version", 60)
        done.set()
        for thread in threads:
            thread.join()
        assert live.state.failures == 0
        assert live.state.loads >= 5
    assert not wrong
    assert all(looked_up)


def test_goes_on_in_the_child_of_a_fork(pool):
    pool(1)
    with LiveRing(pool.path, "sessions", poll=0.05) as live:
        ready, go = os.pipe(), os.pipe()
        # Whatever the polling thread holds at the moment of the fork, the child must not wait for it.
        with live._lock:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    os.write(ready[1], b"r")
                    os.read(go[0], 1)
                    wait_until(lambda: live.current.version == 2, "the child's version 2")
                    code = 0
                finally:
                    os._exit(code)
        os.read(ready[0], 1)
        pool(2)
        os.write(go[1], b"g")
        wait_until(lambda: live.current.version == 2, "the parent's version 2")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        for end in (*ready, *go):
            os.close(end)


def test_wakes_tasks_of_an_event_loop(pool):
    pool(1)

    async def versions(live):
        seen = []
        async for ring in live.changes():
            seen.append(ring.version)
            if len(seen) == 3:
                return seen
            pool(len(seen) + 1)

    with LiveRing(pool.path, "sessions", poll=0.02) as live:
        assert asyncio.run(asyncio.wait_for(versions(live), 10)) == [1, 2, 3]
        pool(4)  # the loop is closed now, and nobody minds
        wait_until(lambda: live.current.version == 4, "version 4")
        assert live.state.last_error is None


def test_tells_subscribers_and_survives_them(pool):
    pool(1)
    seen = []

    def fails(_):
        raise RuntimeError("a defect of the application")

    with LiveRing(pool.path, "sessions", poll=3600) as live:
        live.subscribe(fails)
        unsubscribe = live.subscribe(lambda ring: seen.append((ring.version, live.current is ring)))
        pool(2)
        assert live.check()
        unsubscribe()
        pool(3)
        assert live.check()
    assert seen == [(2, True)]


def test_thread_ends_with_the_last_reference(pool):
    pool(1)
    live = LiveRing(pool.path, "sessions", poll=0.01)
    thread = live._thread
    del live
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()


def test_replicas_are_distinct_and_begin_with_the_owner(pool):
    pool(1, count=5)
    with LiveRing(pool.path, "sessions", poll=3600) as live:
        for key in ("user:1", b"user:2", "größe"):
            nodes = [slot.node for slot in live.current.successors(key)]
            assert nodes[0] == live.owner(key).node
            assert sorted(nodes) == [f"cache-{number}" for number in range(1, 6)]
