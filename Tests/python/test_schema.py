"""The JSON Schema of format 1 accepts every good file of the kit, and refuses the bad ones that a schema can refuse."""

import json

import kit
import pytest

jsonschema = pytest.importorskip("jsonschema")

SCHEMA = json.loads((kit.HERE.parents[1] / "Config" / "snapshot.schema.json").read_text())
FILES = [case for case in kit.cases() if "file" in case]
BEYOND = {"digest-mismatch", "agreement-mismatch", "other-pool", "older", "same", "same-version-other-content"}
BEYOND |= {"unsigned", "unknown-key", "bad-signature", "unknown-dialect", "unknown-option", "malformed", "duplicate"}
BEYOND_BY_NAME = {
    "deep",
    "deeper-than-32",
    "parent-not-before-version",
    "time-that-is-none",
    "version-as-decimal",
    "slots-not-in-the-order-of-labels",
    "more-points-than-the-weight-gives",
    "continuum-of-two-lengths",
    "signature-with-bits-in-the-padding",
    "host-with-a-port",
}


def errors(case):
    value = json.loads((kit.HERE / case["file"]).read_bytes())
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(value))


def test_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", [case for case in FILES if case["verdict"] == "adopt"], ids=lambda case: case["name"])
def test_accepts_what_is_good(case):
    assert not errors(case)


@pytest.mark.parametrize(
    "case",
    [c for c in FILES if c["verdict"] != "adopt" and c["reason"] not in BEYOND and c["name"] not in BEYOND_BY_NAME],
    ids=lambda case: case["name"],
)
def test_refuses_what_a_schema_can_refuse(case):
    assert errors(case)
