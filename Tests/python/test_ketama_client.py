"""`KetamaMemcacheClient`: the drop-in for a python-memcached client with a ring over a list of its own."""

import contextlib
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from servers import Memcached, wait_until

pytest.importorskip("memcache")

from ringclient.python_memcached import KetamaMemcacheClient  # noqa: E402

KEYS = [f"user:{number}" for number in range(400)]


@pytest.fixture
def servers():
    with contextlib.ExitStack() as stack:

        def start(count):
            # The label of a server places its points, and a CRC32 ring is uneven: with the same addresses in each run
            # the shares are the same too. All of 127.0.0.0/8 is this machine.
            made = [Memcached(host=f"127.83.0.{number}", port=11511) for number in range(1, count + 1)]
            for server in made:
                stack.callback(server.kill)
            return made

        yield start


def address(server):
    return f"{server.host}:{server.port}"


def bracketed(host):
    return f"inet6:[{host}]" if ":" in host else host


def holder(fleet, key):
    return [server.host for server in fleet if server.has(key)]


def test_places_keys_as_the_vectors_say():
    """No server is asked: the ring of the client is compared with every recorded one."""
    vectors = json.loads((Path(__file__).parent / "vectors" / "seed-gist.json").read_text())
    for case in vectors["cases"]:
        hosts = [
            f"inet6:[{server['host']}]:{server['port']}"
            if ":" in server["host"]
            else f"{server['host']}:{server['port']}"
            for server in case["servers"]
        ]
        weights = [server.get("weight", 200) for server in case["servers"]]
        client = KetamaMemcacheClient(list(zip(hosts, weights)))
        ring = client._ring()
        assert [ring.index(row["key"].encode()) for row in case["keys"]] == [row["server"] for row in case["keys"]]


def test_weights_are_slots_and_servers_can_be_added(servers):
    fleet = servers(3)
    client = KetamaMemcacheClient([(address(fleet[0]), 300), address(fleet[1])])
    assert client.set_multi({key: "x" for key in KEYS}) == []
    assert client.get_multi(KEYS) == {key: "x" for key in KEYS}
    before = {key: holder(fleet, key) for key in KEYS}
    assert all(len(hosts) == 1 for hosts in before.values())
    client.add_server(address(fleet[2]))
    moved = [key for key in KEYS if client.get(key) is None]
    assert 0.1 < len(moved) / len(KEYS) < 0.4
    for key in moved:
        assert client.set(key, "y")
        assert fleet[2].host in holder(fleet, key)
    client.set_servers([(address(fleet[1]), 200)])
    assert all(client.set(key, "z") for key in KEYS)
    assert all(fleet[1].has(key) for key in KEYS)
    client.remove_server(address(fleet[1]))
    assert client.get(KEYS[0]) is None
    assert not client.set(KEYS[0], "x")


def test_fails_over_to_the_next_live_server(servers):
    fleet = servers(3)
    client = KetamaMemcacheClient([address(server) for server in fleet], dead_retry=0.1)
    assert client.set_multi({key: "x" for key in KEYS}) == []
    lost = [key for key in KEYS if holder(fleet, key) == [fleet[0].host]]
    fleet[0].kill()
    assert sum(client.get(key) is not None for key in KEYS) == len(KEYS) - len(lost)
    # The first use of the broken connection is a miss; from then on the next server takes the keys.
    client.set(lost[0], "y")
    for key in lost:
        assert client.set(key, "y")
        assert client.get(key) == "y"
    assert {tuple(holder(fleet[1:], key)) for key in lost} == {(fleet[1].host,), (fleet[2].host,)}
    fleet[0].start()
    wait_until(lambda: client.get(lost[0]) is None, "the server answers for its keys again")


def test_all_servers_dead_is_a_miss(servers):
    fleet = servers(2)
    client = KetamaMemcacheClient([address(server) for server in fleet])
    for server in fleet:
        server.kill()
    assert client.get("a") is None
    assert not client.set("a", "b")
    assert client.get_multi(KEYS) == {}


def test_threads_share_the_list_and_not_the_connections(servers):
    fleet = servers(2)
    client = KetamaMemcacheClient([address(fleet[0])])
    failures = []

    def use(number):
        try:
            for key in KEYS[:100]:
                assert client.set(f"{number}:{key}", "x")
                assert client.get(f"{number}:{key}") == "x"
            assert len(client.servers) == 2
        except Exception as error:
            failures.append(error)

    client.add_server((address(fleet[1]), 200))
    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert all(any(server.has(f"{number}:{key}") for key in KEYS[:100]) for server in fleet for number in range(4))


def test_refuses_a_weight_below_one():
    with pytest.raises(ValueError):
        KetamaMemcacheClient([("127.0.0.1:11211", 0)])


def test_the_demonstration_finds_seven_eighths_after_an_eighth_server(servers):
    """What the project began with: two percentages, before and after a server is added."""
    script = Path(__file__).resolve().parents[2] / "Sources" / "python" / "examples" / "eight_servers.py"
    command = [sys.executable, str(script), *map(address, servers(8))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    before, after = (float(number) for number in re.findall(r"^([0-9.]+) %", done.stdout, re.MULTILINE))
    assert before == 100
    assert 75 < after < 95, done.stdout


def test_the_demonstration_says_what_is_missing():
    script = Path(__file__).resolve().parents[2] / "Sources" / "python" / "examples" / "eight_servers.py"
    for arguments, problem in (["127.0.0.1:1"], "eight servers"), (["127.0.0.1:1"] * 8, "were not stored"):
        done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and problem in done.stderr, done.stderr
