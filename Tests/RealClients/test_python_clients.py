"""The clients of PyPI, as applications call them."""

import pytest

from farm import Farm
from fleets import keys

SIZES = [2, 3, 7, 25, 60]


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(
    "behaviors, dialect, options",
    [
        ({}, "libmemcached-modula", {}),
        ({"ketama": True}, "libmemcached-ketama", {}),
        ({"ketama": True, "hash": "md5"}, "libmemcached-ketama", {"hash": "md5"}),
        ({"ketama_weighted": True}, "libmemcached-ketama-weighted", {}),
    ],
    ids=["modula", "ketama", "ketama-md5", "ketama-weighted"],
)
def test_pylibmc(evaluate, agree, fleet, count, behaviors, dialect, options):
    pylibmc = pytest.importorskip("pylibmc")
    servers, wanted = fleet(count), keys(f"pylibmc {count}")
    with Farm(servers) as farm:
        client = pylibmc.Client([server.address for server in servers], behaviors=behaviors)
        client.get_multi(wanted)
        client.disconnect_all()
        agree(wanted, farm.owners(wanted), evaluate(dialect, servers, wanted, **options))


@pytest.mark.parametrize("count", SIZES)
def test_pylibmc_with_weights(evaluate, agree, fleet, count):
    pylibmc = pytest.importorskip("pylibmc")
    servers, wanted = fleet(count, heaviest=30), keys(f"pylibmc weights {count}")
    with Farm(servers) as farm:
        client = pylibmc.Client(
            [f"{server.address}:{server.weight}" for server in servers], behaviors={"ketama_weighted": True}
        )
        client.get_multi(wanted)
        client.disconnect_all()
        agree(wanted, farm.owners(wanted), evaluate("libmemcached-ketama-weighted", servers, wanted))


@pytest.mark.parametrize("count", SIZES)
def test_pymemcache(evaluate, agree, fleet, count):
    pytest.importorskip("pymemcache")
    from pymemcache.client.hash import HashClient

    servers, wanted = fleet(count), keys(f"pymemcache {count}")
    with Farm(servers) as farm:
        client = HashClient([(server.host, server.port) for server in servers])
        client.get_many(wanted)
        client.close()
        agree(wanted, farm.owners(wanted), evaluate("pymemcache-rendezvous", servers, wanted))


@pytest.mark.parametrize("heaviest", [1, 9])
@pytest.mark.parametrize("count", SIZES)
def test_python_memcached(evaluate, agree, fleet, count, heaviest):
    memcache = pytest.importorskip("memcache")
    servers, wanted = fleet(count, heaviest), keys(f"python-memcached {count}")
    with Farm(servers) as farm:
        client = memcache.Client([(server.address, server.weight) for server in servers], socket_timeout=30)
        client.get_multi(wanted)
        client.disconnect_all()
        agree(wanted, farm.owners(wanted), evaluate("python-memcached", servers, wanted))


@pytest.mark.parametrize("heaviest", [1, 9])
@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("function, dialect", [(None, "uhashring-default"), ("ketama", "uhashring-ketama")])
def test_uhashring(evaluate, agree, fleet, count, heaviest, function, dialect):
    uhashring = pytest.importorskip("uhashring")
    servers, wanted = fleet(count, heaviest), keys(f"uhashring {count}")
    nodes = {server.address: {"weight": server.weight} for server in servers}
    options = {"hash_fn": function} if function else {}
    ring = uhashring.HashRing(nodes=nodes, **options)
    index = {server.address: number for number, server in enumerate(servers)}
    agree(wanted, [index[ring.get_node(key)] for key in wanted], evaluate(dialect, servers, wanted))
