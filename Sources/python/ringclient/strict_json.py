"""JSON as a snapshot may have it: no member twice, no endless nesting, no number that is not exact."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from .errors import SnapshotError

DEPTH_LIMIT = 32
"""Nesting of objects and arrays, unknown members included."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NUMBER_LIMIT = 64


def parse(data: bytes) -> dict[str, Any]:
    """The one object that the bytes hold."""
    if not data:
        raise SnapshotError("malformed", "the file is empty")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SnapshotError("malformed", f"not UTF-8 at byte {error.start}") from None
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise SnapshotError("too-large", f"values are nested deeper than {DEPTH_LIMIT}") from None
    except SnapshotError:
        raise
    except ValueError as error:
        raise SnapshotError("malformed", str(error)) from None
    _refuse_depth(value)
    if _SURROGATE.search(data):
        _refuse_half_pairs(value)
    if not isinstance(value, dict):
        raise SnapshotError("invalid-value", "an object is expected")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SnapshotError("duplicate", f"the member '{twice}' is there twice")
    return members


def _integer(text: str) -> int:
    if len(text) > _NUMBER_LIMIT:
        raise SnapshotError("malformed", f"a number has more than {_NUMBER_LIMIT} characters")
    return int(text)


def _decimal(text: str) -> float:
    if len(text) > _NUMBER_LIMIT:
        raise SnapshotError("malformed", f"a number has more than {_NUMBER_LIMIT} characters")
    return float(text)


def _constant(text: str) -> NoReturn:
    raise SnapshotError("malformed", f"{text} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_LIMIT + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += [member for member in item.values() if isinstance(member, (dict, list))]
            elif isinstance(item, list):
                below += [element for element in item if isinstance(element, (dict, list))]
        if not below:
            return
        level = below
    raise SnapshotError("too-large", f"values are nested deeper than {DEPTH_LIMIT}")


def _refuse_half_pairs(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise SnapshotError("malformed", "half of a surrogate pair") from None
