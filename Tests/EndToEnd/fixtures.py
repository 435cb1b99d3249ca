"""What every test with real servers asks for; each folder of tests has a daemon of its own, called `ringd`."""

import pytest

from fleet import Memcached


@pytest.fixture
def servers():
    """Makes memcached servers, and stops what is left of them afterwards."""
    made = []

    def make(count, **options):
        fresh = [Memcached(**options) for _ in range(count)]
        made.extend(fresh)
        return fresh

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def fleet(ringd, servers):
    """A running daemon with servers in its pool, named cache-1 and up."""

    def make(count, *options):
        made = servers(count)
        for number, server in enumerate(made, 1):
            ringd.ctl("node", "add", f"cache-{number}", server.address, "-y", *options)
        return ringd, made

    return make
