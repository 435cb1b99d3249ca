"""Placement against what the real clients answered: every key and every recorded ring of the vector files."""

import hashlib
import json
from pathlib import Path

import pytest
from ringclient.dialects import Member, named, place
from ringclient.placements import Continuum

FILES = sorted((Path(__file__).parent / "vectors").glob("*.json"))


def cases():
    for file in FILES:
        for case in json.loads(file.read_text())["cases"]:
            yield pytest.param(file.stem, case, id=f"{file.stem}:{case['name']}")


def members(name, servers):
    dialect = named(name)
    for server in servers:
        label = server.get("label")
        if label is None and name == "twemproxy-ketama":
            label = server.get("name")
        label = label or dialect.label(server["host"], server["port"])
        yield Member(label, server.get("weight", dialect.default_weight))


def text(value):
    return str(value) if not isinstance(value, bool) else str(value).lower()


@pytest.mark.parametrize("name, case", list(cases()))
def test_places_every_key_as_the_client_does(name, case):
    options = {option: text(value) for option, value in (case.get("options") or {}).items()}
    ring = place(name, options, list(members(name, case["servers"])))
    wrong = [row for row in case["keys"] if ring.index(row["key"].encode()) != row["server"]]
    assert not wrong, f"{len(wrong)} of {len(case['keys'])} keys differ"
    if "points_sha256" in case:
        assert isinstance(ring, Continuum)
        lines = "".join(f"{point} {owner}\n" for point, owner in zip(ring.points, ring.owners))
        assert len(ring.points) == case["point_count"]
        assert hashlib.sha256(lines.encode()).hexdigest() == case["points_sha256"]


def test_every_dialect_has_a_file():
    from ringclient import dialects

    assert {file.stem for file in FILES} == set(dialects.DIALECTS)
