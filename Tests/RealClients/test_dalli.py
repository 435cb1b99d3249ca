"""Dalli, the client of Rails; its ring with the servers' liveness assumed."""

import subprocess
from pathlib import Path

import pytest

from fleets import keys

PROGRAM = Path(__file__).resolve().parent / "owners.rb"


@pytest.fixture(scope="module")
def ruby(need):
    path = need("ruby", "ruby-dalli")
    if subprocess.run([path, "-e", "require 'dalli'"], capture_output=True, timeout=60).returncode != 0:
        pytest.skip("dalli is not installed (Debian package ruby-dalli)")
    return path


@pytest.mark.parametrize("heaviest", [1, 9])
@pytest.mark.parametrize("count", [2, 3, 7, 25, 60, 110])
def test_dalli(ruby, evaluate, agree, fleet, count, heaviest):
    servers, wanted = fleet(count, heaviest), keys(f"dalli {count}")
    listed = [f"{server.address}:{server.weight}" for server in servers]
    outcome = subprocess.run(
        [ruby, PROGRAM, *listed], input="".join(key + "\n" for key in wanted), capture_output=True, text=True, timeout=120
    )
    assert outcome.returncode == 0, outcome.stderr
    agree(wanted, [int(line) for line in outcome.stdout.split()], evaluate("dalli", servers, wanted))
