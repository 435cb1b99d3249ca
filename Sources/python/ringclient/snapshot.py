"""The snapshot: one immutable published version of a pool's ring, format 1."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from . import strict_json
from .addresses import problem_of_host
from .errors import SnapshotError
from .placements import words_of

BYTE_LIMIT = 64 << 20
"""The largest file that is read."""
SLOT_LIMIT = 10_000
"""The most slots of a ring."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_HASH = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_OPTION = re.compile(r"[^\x00-\x20=]+")


class Place(NamedTuple):
    """Where a snapshot stands among all of its pool: (epoch, version) orders them."""

    epoch: int
    version: int
    digest: str


@dataclass(frozen=True)
class Slot:
    """A lasting place on the ring, and the node that occupies it."""

    label: str
    weight: int
    points: int | None
    held: bool
    """Whether the node is down and its keys are misses, without a question to anybody."""
    node: str
    host: str
    port: int | None
    """``None`` for a Unix socket, whose path is `host`."""
    zone: str | None

    @property
    def address(self) -> str:
        """``host:port`` with brackets around an IPv6 address, or the path of a Unix socket."""
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot file says, checked as strictly as its writer wrote it."""

    pool: str
    epoch: int
    version: int
    parent: int | None
    created_at: str
    change: Mapping[str, Any]
    dialect: str
    key_hash: str
    options: Mapping[str, str]
    slots: tuple[Slot, ...]
    agreement: str
    audit_head: str
    digest: str
    signature: tuple[str, bytes] | None = None
    """The id of the key, and the 64 bytes."""

    @property
    def place(self) -> Place:
        """Where it stands among all snapshots of its pool."""
        return Place(self.epoch, self.version, self.digest)

    @property
    def signed_bytes(self) -> bytes:
        """What a signature signs."""
        return b"ringd-snapshot-signature-v1\n" + self.digest.encode()

    def computed_digest(self) -> str:
        """The digest that the members must have: over their meaning, not over the bytes of the file."""
        lines = [
            "ringd-snapshot 1",
            f"pool={self.pool}",
            f"epoch={self.epoch}",
            f"version={self.version}",
            f"parent={_or_empty(self.parent)}",
            f"created_at={self.created_at}",
            f"dialect={self.dialect}",
            f"key_hash={self.key_hash}",
        ]
        for name in sorted(self.options, key=str.encode):
            lines.append(f"option.{name}={self.options[name]}")
        lines += [f"agreement={self.agreement}", f"audit_head={self.audit_head}"]
        for slot in self.slots:
            state = "held" if slot.held else "in"
            cells = (slot.label, slot.weight, slot.points, state, slot.node, slot.host, slot.port, slot.zone)
            lines.append("\t".join(["slot", *map(_or_empty, cells)]))
        return "sha256:" + hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def decode(data: bytes, pool: str) -> Snapshot:
    """Reads a file of format 1 about `pool`, and checks that it means what its digest says.

    Unknown members are ignored; everything known must be there, once, in its range. The signature is for whoever has a
    key, the agreement for whoever has built the ring.
    """
    if len(data) > BYTE_LIMIT:
        raise SnapshotError("too-large", f"{len(data)} bytes, and {BYTE_LIMIT} are the limit")
    file = _Members(strict_json.parse(data), "")
    if (number := file.integer("format")) != 1:
        raise SnapshotError("unknown-format", f"format {number}, and this reader knows format 1", "format")
    dialect = file.members("dialect")
    slots = _slots(file)
    version = file.positive("version")
    parent = file.positive("parent") if file.has("parent") else None
    if parent is not None and parent >= version:
        raise SnapshotError("invalid-value", f"{parent} is not before {version}", "parent")
    if "continuum" in file.values:
        _check_continuum(file.members("continuum"), len(slots))
    snapshot = Snapshot(
        pool=file.name("pool"),
        epoch=file.positive("epoch"),
        version=version,
        parent=parent,
        created_at=file.time("created_at"),
        change=_change(file.members("change")),
        dialect=dialect.text("name"),
        key_hash=dialect.text("key_hash"),
        options=_options(dialect.members("options")),
        slots=slots,
        agreement=file.hash("agreement"),
        audit_head=file.hash("audit_head"),
        digest=file.hash("digest"),
        signature=_signature(file.members("signature")) if "signature" in file.values else None,
    )
    if snapshot.pool != pool:
        raise SnapshotError("other-pool", f"'{snapshot.pool}' instead of '{pool}'", "pool")
    if snapshot.digest != (computed := snapshot.computed_digest()):
        raise SnapshotError("digest-mismatch", f"the content has {computed}", "digest")
    return snapshot


def _or_empty(value: object) -> str:
    return "" if value is None else str(value)


class _Members:
    """The members of one JSON object, read by name."""

    def __init__(self, values: dict[str, Any], path: str) -> None:
        self.values = values
        self._path = path

    def fail(self, name: str, problem: str, reason: str = "invalid-value") -> SnapshotError:
        return SnapshotError(reason, problem, self._path + name)

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def value(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise self.fail(name, "is missing", "missing-member") from None

    def members(self, name: str) -> _Members:
        value = self.value(name)
        if not isinstance(value, dict):
            raise self.fail(name, "an object is expected")
        return _Members(value, f"{self._path}{name}.")

    def integer(self, name: str) -> int:
        value = self.value(name)
        if type(value) is not int or abs(value) >= 1 << 53:
            raise self.fail(name, "is not a whole number below 2^53")
        return value

    def positive(self, name: str, least: int = 1) -> int:
        value = self.integer(name)
        if value < least:
            raise self.fail(name, f"{value} is below {least}")
        return value

    def text(self, name: str, limit: int = 255, least: int = 1) -> str:
        value = self.value(name)
        if not isinstance(value, str):
            raise self.fail(name, "a string is expected")
        if not least <= len(value.encode()) <= limit:
            raise self.fail(name, f"has {len(value.encode())} bytes")
        if not value.isprintable() and any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value):
            raise self.fail(name, "has a control character")
        return value

    def name(self, name: str) -> str:
        value = self.text(name, limit=63)
        if not _NAME.fullmatch(value) or ".." in value:
            raise self.fail(name, f"'{value}' is not a name")
        return value

    def hash(self, name: str) -> str:
        value = self.text(name)
        if not _HASH.fullmatch(value):
            raise self.fail(name, "is not 'sha256:' and 64 lower-case hexadecimal digits")
        return value

    def time(self, name: str) -> str:
        value = self.text(name)
        if not _TIME.fullmatch(value) or parsed_time(value) is None:
            raise self.fail(name, f"'{value}' is not a time as in 2026-11-22T10:35:00.123Z")
        return value

    def share(self, name: str) -> float:
        value = self.value(name)
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise self.fail(name, "is not a share from 0 to 1")
        return float(value)

    def base64(self, name: str) -> bytes:
        value = self.value(name)
        if not isinstance(value, str):
            raise self.fail(name, "a string is expected")
        try:
            decoded = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise self.fail(name, "is not base64") from None
        if base64.b64encode(decoded).decode() != value:
            raise self.fail(name, "is not base64")
        return decoded


def parsed_time(text: str) -> float | None:
    """Seconds since 1970 of a time as snapshots write it; ``None`` for anything else."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return None
    return moment.replace(tzinfo=timezone.utc).timestamp()


def _change(change: _Members) -> Mapping[str, Any]:
    change.positive("event")
    change.text("kind")
    change.text("actor")
    change.text("reason", limit=4096, least=0)
    change.share("moved_share")
    change.share("cold_share")
    if change.has("node"):
        change.name("node")
    return change.values


def _options(options: _Members) -> Mapping[str, str]:
    if len(options.values) > 64:
        raise options.fail("", "more than 64 options", "too-large")
    for name in options.values:
        if not _OPTION.fullmatch(name) or len(name.encode()) > 255:
            raise options.fail("", f"'{name}' is not the name of an option")
    return {name: options.text(name, least=0) for name in options.values}


def _signature(signature: _Members) -> tuple[str, bytes]:
    ed25519 = signature.base64("ed25519")
    if len(ed25519) != 64:
        raise signature.fail("ed25519", f"{len(ed25519)} bytes instead of 64")
    return signature.text("key_id"), ed25519


def _check_continuum(continuum: _Members, slots: int) -> None:
    """This reader builds its ring itself, so the arrays are only checked and not used."""
    texts = continuum.base64("hashes"), continuum.base64("slots")
    if len(texts[0]) != len(texts[1]) or not texts[0] or len(texts[0]) % 4:
        raise continuum.fail("hashes", f"{len(texts[0])} bytes of points with {len(texts[1])} bytes of owners")
    hashes, owners = words_of(texts[0]), words_of(texts[1])
    if any(hashes[index] > hashes[index + 1] for index in range(len(hashes) - 1)):
        raise continuum.fail("hashes", "the points are not in rising order")
    if max(owners) >= slots:
        raise continuum.fail("slots", "a point is owned by no slot")


def _slots(file: _Members) -> tuple[Slot, ...]:
    values = file.value("slots")
    if not isinstance(values, list):
        raise file.fail("slots", "a list is expected")
    if not values:
        raise file.fail("slots", "there is no slot", "no-slots")
    if len(values) > SLOT_LIMIT:
        raise file.fail("slots", f"{len(values)} slots, and {SLOT_LIMIT} are the limit", "too-large")
    slots = tuple(_slot(value, f"slots[{index}]") for index, value in enumerate(values))
    for member in ("label", "node", "address"):
        seen = set()
        for index, slot in enumerate(slots):
            value = getattr(slot, member)
            if value in seen:
                raise file.fail(f"slots[{index}].{member}", f"'{value}' is there twice", "duplicate")
            seen.add(value)
    return slots


def _slot(value: object, path: str) -> Slot:
    if not isinstance(value, dict):
        raise SnapshotError("invalid-value", "an object is expected", path)
    slot = _Members(value, path + ".")
    state = slot.text("state")
    if state not in ("in", "held"):
        raise slot.fail("state", f"'{state}' is not 'in' or 'held'")
    weight = slot.positive("weight")
    if weight > 10_000:
        raise slot.fail("weight", f"{weight} is out of range")
    host = slot.text("host")
    if problem := problem_of_host(host):
        raise slot.fail("host", problem)
    port = slot.positive("port") if slot.has("port") else None
    if (port is None) != host.startswith("/") or (port or 0) > 65535:
        raise slot.fail("port", "a Unix socket has no port, every other host has one from 1 to 65535")
    return Slot(
        label=slot.text("label"),
        weight=weight,
        points=slot.positive("points", least=0) if slot.has("points") else None,
        held=state == "held",
        node=slot.name("node"),
        host=host,
        port=port,
        zone=slot.text("zone") if slot.has("zone") else None,
    )
