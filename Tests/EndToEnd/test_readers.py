"""What ringd publishes, read in every language: the same owner for every key, built or looked up."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

import pytest

from control import Control
from fleet import BINARIES, ROOT

sys.path.insert(0, str(ROOT / "Sources" / "python"))

from ringclient import DIALECTS, LiveRing  # noqa: E402
from ringclient.dialects import Member, place  # noqa: E402

READERS = ROOT / "Tests" / "Conformance" / "readers"
KEYS = (ROOT / "Tests" / "Conformance" / "placement" / "keys.txt").read_bytes().split(b"\n")[:-1]
GSON = "/usr/share/java/gson.jar"


def make_pool(control, name, dialect, *nodes, **settings):
    """A pool of nodes that nobody has to answer for, as (weight, host) each."""
    wanted = [{"key": key, "value": value} for key, value in {"dialect": dialect, **settings}.items()]
    control.change(action="create-pool", pool=name, settings=wanted)
    for number, (weight, host) in enumerate(nodes, 1):
        members = {"weight": weight} if weight else {}
        control.change(
            action="add-node", pool=name, node=f"cache-{number}", address=f"{host}:11211", now=True, **members
        )


def located(control, pool):
    """The owner that ringd itself names for each key, as an index into the slots of the snapshot."""
    body = json.dumps({"keys": [key.decode() for key in KEYS]})
    return json.loads(control.exchange("POST", f"/v1/pools/{pool}/locate", body))["locations"]


def commands(folder):
    """The example reader of each language that is installed."""
    if shutil.which("node"):
        yield "JavaScript", ["node", READERS / "ring_reader.js"]
    if shutil.which("ruby"):
        yield "Ruby", ["ruby", READERS / "ring_reader.rb"]
    if shutil.which("php"):
        yield "PHP", ["php", READERS / "ring_reader.php"]
    if shutil.which("go"):
        environment = {**os.environ, "GOCACHE": str(ROOT / ".build" / "go"), "GO111MODULE": "off"}
        build = ["go", "build", "-o", folder / "reader", READERS / "ring_reader.go"]
        subprocess.run(build, check=True, env=environment, timeout=300)
        yield "Go", [folder / "reader"]
    if shutil.which("javac"):
        subprocess.run(["javac", "-cp", GSON, "-d", folder, READERS / "RingReader.java"], check=True, timeout=300)
        yield "Java", ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{GSON}:{folder}", "RingReader"]
    yield "Python, thin", [sys.executable, READERS / "thin_reader.py"]


def test_every_language_places_ten_thousand_keys_alike(ringd, tmp_path):
    nodes = [(weight, f"10.0.0.{number}") for number, weight in enumerate((100, 50, 200, 100, 33, 100, 1, 1000), 1)]
    with Control(ringd.socket) as control:
        make_pool(control, "sessions", "pinned-ketama", *nodes, continuum="inline")
        names = [row["node"] for row in located(control, "sessions")]
    path = ringd.ring_path("sessions")
    with LiveRing(path, "sessions", poll=3600) as live:
        owners = [live.current.index(key) for key in KEYS]
        assert [live.current.slots[index].node for index in owners] == names, "Python and Swift"
    asked = []
    for language, command in commands(tmp_path):
        keys = b"".join(key + b"\n" for key in KEYS)
        done = subprocess.run([*command, path, "sessions"], input=keys, capture_output=True, timeout=120)
        assert done.returncode == 0, f"{language}: {done.stderr.decode()}"
        assert [int(line) for line in done.stdout.split()] == owners, language
        asked.append(language)
    assert len(asked) == 6, f"only {asked} are installed"


# Dialects whose rings are not made of 32-bit points that rise, with what they have in place of them.
WITHOUT = {
    "libmemcached-modula", "php-memcached", "pylibmc", "twemproxy-modula", "spymemcached-array-mod", "mcrouter-ch3",
    "mcrouter-weighted-ch3", "mcrouter-rendezvous", "memcached-proxy-jump", "nginx-hash", "envoy-ring-hash",
    "envoy-maglev", "cache-memcached-fast", "cache-memcached-perl", "pecl-memcache-standard", "pymemcache-rendezvous",
    "python-memcached", "uhashring-default", "gomemcache", "folsom-ketama", "meta-memcache",
    "pecl-memcache-consistent",
}  # fmt: skip
NEEDS_OPTIONS = {"twemproxy-ejection"}


def thin_reader():
    spec = importlib.util.spec_from_file_location("thin_reader", READERS / "thin_reader.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def all_dialects():
    listed = subprocess.run(
        [BINARIES / "ringctl", "ring", "dialects", "-o", "json"], capture_output=True, text=True, check=True, timeout=60
    )
    return [row["name"] for row in json.loads(listed.stdout)["dialects"]]


def test_the_arrays_of_a_snapshot_are_its_ring(ringd):
    """For each dialect ringd is asked for the owners of ten thousand keys, and the arrays are searched for them.

    The thin reader does so where it knows the hash; for the others the arrays are compared with the ring that is built.
    """
    thin = thin_reader()
    looked_up, built = [], []
    for dialect in all_dialects():
        if dialect in NEEDS_OPTIONS:
            continue
        pool = f"p-{dialect}"
        with Control(ringd.socket) as control:
            make_pool(control, pool, dialect, *[(None, f"10.0.0.{number}") for number in (1, 2, 3)], continuum="inline")
            names = [row["node"] for row in located(control, pool)]
        path = ringd.ring_path(pool)
        snapshot = json.loads(path.read_bytes())
        assert ("continuum" in snapshot) == (dialect not in WITHOUT), dialect
        verdict = ringd.ctl("snapshot", "verify", path, "--pool", pool, check=False)
        assert verdict.returncode == 0, f"{dialect}: {verdict.stdout}{verdict.stderr}"
        assert ("check continuum" in verdict.stdout) == ("continuum" in snapshot), dialect
        if dialect in DIALECTS:
            members = [Member(slot["label"], slot["weight"], slot.get("points")) for slot in snapshot["slots"]]
            ring = place(dialect, {}, members)
            assert [snapshot["slots"][ring.index(key)]["node"] for key in KEYS] == names, dialect
            built.append(dialect)
        if "continuum" in snapshot and snapshot["dialect"]["key_hash"] in thin.HASHES:
            ring = thin.load(path, pool)
            assert [snapshot["slots"][ring.index(key)]["node"] for key in KEYS] == names, dialect
            looked_up.append(dialect)
    assert set(built) == set(DIALECTS)
    assert len(looked_up) >= 10, looked_up


def test_the_arrays_go_when_the_policy_says_so(ringd):
    with Control(ringd.socket) as control:
        make_pool(control, "sessions", "pinned-ketama", (100, "10.0.0.1"), continuum="inline")
        assert "continuum" in json.loads(ringd.ring_path("sessions").read_bytes())
        settings = [{"key": "continuum", "value": "omit"}]
        control.change(action="set-pool", pool="sessions", settings=settings)
        control.change(action="add-node", pool="sessions", node="cache-2", address="10.0.0.2:11211", now=True)
        assert "continuum" not in json.loads(ringd.ring_path("sessions").read_bytes())
        first = ringd.ctl("snapshot", "show", "sessions", "--version", 1).stdout
        assert "continuum" in json.loads(first), "an old version is what it was"


@pytest.mark.parametrize("dialect", ("libmemcached-modula", "pymemcache-rendezvous"))
def test_a_thin_reader_refuses_what_has_no_arrays(ringd, dialect):
    with Control(ringd.socket) as control:
        make_pool(control, "sessions", dialect, (None, "10.0.0.1"), continuum="inline")
    done = subprocess.run(
        [sys.executable, READERS / "thin_reader.py", ringd.ring_path("sessions"), "sessions"],
        input=b"",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode != 0 and b"continuum" in done.stderr
