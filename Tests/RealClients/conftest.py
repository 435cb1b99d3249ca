import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import fleets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def program():
    """The built `ringctl`: named by the environment, else the newest that was built here."""
    if named := os.environ.get("RINGCTL"):
        return named
    built = [path for kind in ("release", "debug") if (path := ROOT / ".build" / kind / "ringctl").exists()]
    if not built:
        pytest.fail("build ringctl first: swift build --product ringctl")
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture
def fleet(request):
    """Draws servers that no other case listens at, so that cases can run at the same time."""
    return lambda count, heaviest=1: fleets.fleet(request.node.name, count, heaviest)


@pytest.fixture
def evaluate(program, tmp_path):
    """Asks `ringctl ring eval` for the owner of each key."""

    def owners(dialect, servers, keys, **options):
        members = [{"host": server.host, "port": server.port, "weight": server.weight} for server in servers]
        (tmp_path / "servers.json").write_text(json.dumps(members))
        (tmp_path / "keys").write_text("".join(key + "\n" for key in keys))
        command = [program, "ring", "eval", "--dialect", dialect, "-o", "json"]
        command += ["--servers", tmp_path / "servers.json", "--keys", tmp_path / "keys"]
        for name, value in options.items():
            command += ["--option", f"{name}={value}"]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert outcome.returncode == 0, outcome.stderr
        return json.loads(outcome.stdout)["owners"]

    return owners


@pytest.fixture
def agree():
    """Compares the owners of every key, and shows the first ones that differ."""

    def check(keys, theirs, ours):
        assert len(keys) == len(theirs) == len(ours)
        different = [(key, a, b) for key, a, b in zip(keys, theirs, ours) if a != b]
        assert not different, f"{len(different)} of {len(keys)} keys: (key, client, ringctl) {different[:3]}"
        assert len(set(ours)) > 1, "a comparison of one owner with itself shows nothing"

    return check


@pytest.fixture(scope="session")
def need():
    """The path of a program; skips where it is not installed."""

    def find(name, package):
        path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        if path is None:
            pytest.skip(f"{name} is not installed (Debian package {package})")
        return path

    return find
