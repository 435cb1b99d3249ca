"""The adapters with the real libraries on real servers, while a test publishes the rings."""

import contextlib
import os
import socket
import threading

import pytest
from ringclient import LiveRing
from servers import Memcached, Pool, wait_until

KEYS = [f"user:{number}" for number in range(300)]


def python_memcached(live):
    pytest.importorskip("memcache")
    from ringclient.python_memcached import RingMemcacheClient

    return RingMemcacheClient(live, dead_retry=0.1, socket_timeout=1)


def pymemcache(live):
    pytest.importorskip("pymemcache")
    from ringclient.pymemcache import RingHashClient

    # Without an answer to a set, nobody can say what must be found later.
    return RingHashClient(live, retry_timeout=0.1, default_noreply=False)


def pymemcache_without_pool(live):
    pytest.importorskip("pymemcache")
    from ringclient.pymemcache import RingHashClient

    return RingHashClient(live, retry_timeout=0.1, use_pooling=False)


def pylibmc(live):
    pytest.importorskip("pylibmc")
    from ringclient.pylibmc import RingPylibmcClient

    return RingPylibmcClient(live, retry_timeout=0.1)


ADAPTERS = (python_memcached, pymemcache, pylibmc)


@pytest.fixture
def servers():
    with contextlib.ExitStack() as stack:

        def start(count):
            made = [Memcached() for _ in range(count)]
            for server in made:
                stack.callback(server.kill)
            return made

        yield start


@pytest.fixture(params=ADAPTERS, ids=lambda adapter: adapter.__name__)
def adapter(request):
    return request.param


def follow(pool):
    return LiveRing(pool.path, "sessions", poll=0.02)


def settle(live, version):
    wait_until(lambda: live.current.version == version, f"version {version}")


def server_of(live, servers, key):
    port = live.owner(key).port
    return next(server for server in servers if server.port == port)


def many(client, name):
    """The method for many keys by the library's own name."""
    return getattr(client, f"{name}_multi")


DIALECTS = (
    ("pinned-ketama", "md5"),
    ("libmemcached-ketama-weighted", "md5"),
    ("pymemcache-rendezvous", "murmur3"),
    ("python-memcached", "crc15"),
    ("seed-gist", "crc32"),
)


@pytest.mark.parametrize("dialect, key_hash", DIALECTS, ids=[name for name, _ in DIALECTS])
def test_every_key_is_where_the_ring_says(tmp_path, servers, adapter, dialect, key_hash):
    fleet = servers(3)
    pool = Pool(tmp_path, {"name": dialect, "key_hash": key_hash, "options": {}})
    pool.set([(server, {}) for server in fleet])
    with follow(pool) as live:
        client = adapter(live)
        assert not many(client, "set")({key: f"value of {key}" for key in KEYS[:100]})
        for key in KEYS[100:120]:
            assert client.set(key, f"value of {key}")
        for key in KEYS[:120]:
            for server in fleet:
                assert server.has(key) == (server.port == live.owner(key).port)
        found = many(client, "get")(KEYS)
        assert sorted(found) == sorted(KEYS[:120])
        assert client.get(KEYS[0]) in (f"value of {KEYS[0]}", f"value of {KEYS[0]}".encode())
        assert client.get("nothing", "default") == "default"
        assert client.delete(KEYS[0])
        assert client.get(KEYS[0]) is None


def test_held_slot_is_a_miss_at_once_and_nobody_is_asked(tmp_path, servers, adapter):
    up, down = servers(2)
    pool = Pool(tmp_path)
    pool.set([(up, {}), (down, {"state": "held"})])
    with follow(pool) as live:
        client = adapter(live)
        held = [key for key in KEYS if live.owner(key).held]
        assert held and len(held) < len(KEYS)
        for key in held[:20]:
            assert not client.set(key, "x")
            assert client.get(key) is None
            assert client.get(key, "default") == "default"
            assert not client.delete(key)
        assert many(client, "get")(held) == {}
        assert sorted(many(client, "set")({key: "x" for key in KEYS})) == sorted(held)
        assert not any(server.has(key) for server in (up, down) for key in held)
        assert down.ask(b"stats").startswith(b"STAT")  # it was up all the time


def test_routes_by_the_new_ring_and_leaves_the_removed_node(tmp_path, servers, adapter):
    fleet = servers(3)
    pool = Pool(tmp_path)
    pool.set([(server, {}) for server in fleet[:2]])
    with follow(pool) as live:
        client = adapter(live)
        many(client, "set")({key: "old" for key in KEYS})
        settle(live, pool.set([(fleet[0], {}), (fleet[2], {"node": "cache-9"})]))
        many(client, "set")({key: "new" for key in KEYS})
        ports = {live.owner(key).port for key in KEYS}
        assert ports == {fleet[0].port, fleet[2].port}
        for key in KEYS[::10]:
            assert server_of(live, fleet, key).has(key)
        assert set(map(text, many(client, "get")(KEYS).values())) == {"new"}

        def connections():
            with contextlib.suppress(OSError):
                return count_of(fleet[1], b"curr_connections")

        # memcached counts its listening socket and the connection that asks.
        (idle,) = servers(1)
        baseline = count_of(idle, b"curr_connections")
        wait_until(lambda: connections() == baseline, "connections to the removed node are closed")


def count_of(server, name):
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as link:
        link.sendall(b"stats\r\n")
        for line in link.makefile("rb"):
            if line.startswith(b"STAT " + name + b" "):
                return int(line.split()[2])
            if line.startswith(b"END"):
                raise AssertionError(f"no statistic {name}")


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def test_application_sees_only_misses_while_servers_come_and_go(tmp_path, servers, adapter):
    """Three threads set and get while a server is added, killed, held, returned and replaced.

    Every value says who wrote it and when, so a value older than the last acknowledged write of its key would be stale.
    """
    fleet = servers(4)
    pool = Pool(tmp_path)
    pool.set([(server, {}) for server in fleet[:2]])
    errors, stale, hits = [], [], [0]
    done = threading.Event()

    def application(number, live, client):
        written = {}
        turn = 0
        try:
            while not done.is_set():
                turn += 1
                key = f"app:{number}:{turn % 50}"
                value = text(client.get(key))
                if value is not None:
                    hits[0] += 1
                    if value not in written[key]:
                        stale.append((key, value, written[key]))
                if client.set(key, f"{turn}"):
                    written[key] = [f"{turn}"]
                else:
                    # Whether the server took it is not known, so either may be read from now on.
                    written.setdefault(key, []).append(f"{turn}")
                if turn % 10 == 0:
                    many(client, "get")([f"app:{number}:{other}" for other in range(50)])
        except Exception as error:
            errors.append(error)

    with follow(pool) as live:
        client = adapter(live)
        threads = [threading.Thread(target=application, args=(number, live, client)) for number in range(3)]
        for thread in threads:
            thread.start()

        def let_run():
            before = hits[0]
            wait_until(lambda: hits[0] > before + 100 or errors, "the application goes on")

        let_run()
        settle(live, pool.set([(server, {}) for server in fleet[:3]]))
        let_run()
        fleet[1].kill()
        let_run()
        settle(live, pool.set([(fleet[0], {}), (fleet[1], {"state": "held"}), (fleet[2], {})]))
        let_run()
        fleet[1].start()
        settle(live, pool.set([(server, {}) for server in fleet[:3]]))
        let_run()
        label = {"label": f"127.0.0.1:{fleet[2].port}", "node": "cache-9"}
        fleet[2].kill()
        settle(live, pool.set([(fleet[0], {}), (fleet[1], {}), (fleet[3], label)]))
        let_run()
        for key in KEYS:
            if live.owner(key).node == "cache-9":
                wait_until(lambda k=key: client.set(k, "x"), "the replacement takes keys")
                assert fleet[3].has(key)
        done.set()
        for thread in threads:
            thread.join()
    assert not errors
    assert not stale


def test_dead_server_is_a_miss_and_its_keys_go_to_nobody_else(tmp_path, servers, adapter):
    fleet = servers(2)
    pool = Pool(tmp_path)
    pool.set([(server, {}) for server in fleet])
    with follow(pool) as live:
        client = adapter(live)
        many(client, "set")({key: "x" for key in KEYS})
        fleet[1].kill()
        lost = [key for key in KEYS if live.owner(key).port == fleet[1].port]
        for key in lost[:30]:
            assert client.get(key) is None
            assert not client.set(key, "y")
        assert sorted(many(client, "get")(KEYS)) == sorted(set(KEYS) - set(lost))
        assert not any(fleet[0].has(key) for key in lost)
        fleet[1].start()
        wait_until(lambda: client.set(lost[0], "z"), "the server takes keys again")
        assert text(client.get(lost[0])) == "z"


def test_child_of_a_fork_has_connections_of_its_own(tmp_path, servers, adapter):
    """Parent and child ask at the same time for values of their own; a shared socket would mix them up."""
    pool = Pool(tmp_path)
    pool.set([(server, {}) for server in servers(2)])
    with follow(pool) as live:
        client = adapter(live)

        def ask(who):
            for turn in range(60):
                key = f"{who}:{turn % 20}"
                if not client.set(key, f"{who} {turn}") or text(client.get(key)) != f"{who} {turn}":
                    return False
            return True

        assert ask("before")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if ask("child") else 2
            finally:
                os._exit(code)
        assert ask("parent")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert ask("after")


def test_pymemcache_without_a_pool(tmp_path, servers):
    pool = Pool(tmp_path)
    pool.set([(server, {}) for server in servers(2)])
    with follow(pool) as live:
        client = pymemcache_without_pool(live)
        assert client.set_many({key: "x" for key in KEYS}) == []
        assert len(client.get_many(KEYS)) == len(KEYS)
        assert len(client.gets_many(KEYS)) == len(KEYS)
        client.flush_all()
        assert client.get_many(KEYS) == {}
        with pytest.raises(TypeError):
            client.add_server(("127.0.0.1", 11211))


def test_pymemcache_raises_where_it_is_told_to(tmp_path, servers):
    pool = Pool(tmp_path)
    fleet = servers(1)
    pool.set([(fleet[0], {})])
    with follow(pool) as live:
        from ringclient.pymemcache import RingHashClient

        client = RingHashClient(live, ignore_exc=False)
        assert client.set("a", "b")
        fleet[0].kill()
        with pytest.raises(Exception):  # noqa: B017  # the first use of a broken connection and a refused one differ
            for _ in range(3):
                client.get("a")


def test_pylibmc_keeps_its_own_ways(tmp_path, servers):
    library = pytest.importorskip("pylibmc")
    pool = Pool(tmp_path)
    up, down = servers(2)
    pool.set([(up, {}), (down, {"state": "held"})])
    with follow(pool) as live:
        client = pylibmc(live)
        key = next(key for key in KEYS if not live.owner(key).held)
        held = next(key for key in KEYS if live.owner(key).held)
        assert client.set(key, 5)
        assert client.incr(key, 2) == 7
        assert client.decr(key) == 6
        for missing in (held, key + "x" * 20):
            with pytest.raises(library.NotFound):
                client.incr(missing)
        with pytest.raises(library.TooBig):
            client.set(key, os.urandom(1 << 21))
        assert client.set_multi({"1": "a", "2": "b"}, key_prefix="p:") is not None
        found = client.get_multi(["1", "2"], key_prefix="p:")
        assert set(found) == {name for name in ("1", "2") if not live.owner(f"p:{name}").held}
        assert client.flush_all()
        assert client.get(key) is None


def test_python_memcached_places_by_the_number_of_a_tuple_key(tmp_path, servers):
    """In the dialect of python-memcached a key ``(number, key)`` is where the library itself puts it."""
    memcache = pytest.importorskip("memcache")
    fleet = servers(3)
    pool = Pool(tmp_path, {"name": "python-memcached", "key_hash": "crc15", "options": {}})
    pool.set([(server, {}) for server in fleet])
    own = memcache.Client([f"127.0.0.1:{server.port}" for server in fleet])
    with follow(pool) as live:
        client = python_memcached(live)
        for number in range(50):
            assert client.set((number, f"user:{number}"), f"{number}")
            assert own.get((number, f"user:{number}")) == f"{number}"
            assert own.get(f"user:{number}") == client.get(f"user:{number}")
            assert client.set(f"other:{number}", "x")
            assert own.get(f"other:{number}") == "x"


def test_python_memcached_fails_over_where_it_is_told_to(tmp_path, servers):
    fleet = servers(2)
    pool = Pool(tmp_path)
    pool.set([(fleet[0], {}), (fleet[1], {"state": "held"})])
    with follow(pool) as live:
        from ringclient.python_memcached import RingMemcacheClient

        client = RingMemcacheClient(live, failover=True)
        held = [key for key in KEYS if live.owner(key).held]
        assert all(client.set(key, "x") for key in held[:20])
        assert all(fleet[0].has(key) for key in held[:20])
