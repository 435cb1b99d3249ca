"""libmemcached itself, through the C function that every one of its calls asks."""

import subprocess
from pathlib import Path

import pytest

from fleets import keys

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def owners(tmp_path_factory):
    """The built C program; skips where the library's headers are missing."""
    binary = tmp_path_factory.mktemp("libmemcached") / "owners"
    try:
        built = subprocess.run(
            ["gcc", "-o", binary, HERE / "owners.c", "-lmemcached"], capture_output=True, text=True, timeout=120
        )
    except FileNotFoundError:
        pytest.skip("gcc is not installed")
    if "memcached.h: No such file" in built.stderr:
        pytest.skip("libmemcached is not installed (Debian package libmemcached-dev)")
    assert built.returncode == 0, built.stderr
    return binary


# The library of Debian stops above 100 servers.
@pytest.mark.parametrize("count", [2, 3, 7, 25, 50, 100])
@pytest.mark.parametrize(
    "kind, heaviest, dialect, options",
    [
        ("modula", 1, "libmemcached-modula", {}),
        ("ketama", 1, "libmemcached-ketama", {}),
        ("ketama", 12, "libmemcached-ketama", {}),
        ("ketama-md5", 1, "libmemcached-ketama", {"hash": "md5"}),
        ("ketama-weighted", 1, "libmemcached-ketama-weighted", {}),
        ("ketama-weighted", 40, "libmemcached-ketama-weighted", {}),
        ("ketama-spy", 1, "libmemcached-ketama-spy", {}),
    ],
)
def test_libmemcached(owners, evaluate, agree, fleet, count, kind, heaviest, dialect, options):
    servers, wanted = fleet(count, heaviest), keys(f"libmemcached {count}")
    listed = [f"{server.address}:{server.weight}" for server in servers]
    outcome = subprocess.run(
        [owners, kind, *listed], input="".join(key + "\n" for key in wanted), capture_output=True, text=True, timeout=60
    )
    assert outcome.returncode == 0, outcome.stderr
    agree(wanted, [int(line) for line in outcome.stdout.split()], evaluate(dialect, servers, wanted, **options))
