"""Writes snapshots of format 1 from its specification, for the kit and for tests. It shares no code with any reader,
except that the owners of foreign dialects, which only the agreement needs, come from ringclient."""

import base64
import bisect
import hashlib
import json
import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AUDIT_HEAD = "sha256:" + "0b" * 32


def md5_words(text):
    return struct.unpack("<4I", hashlib.md5(text).digest())


def points_of(slot):
    count = max(1, (160 * slot["weight"] + 50) // 100)
    words = []
    for repetition in range((count + 3) // 4):
        words += md5_words(slot["label"].encode() + b"-%d" % repetition)
    return words[: slot.get("points", count)]


def continuum(slots):
    """Points of pinned-ketama in order, with the index of the slot that owns each."""
    return sorted(
        ((point, slot["label"].encode(), index) for index, slot in enumerate(slots) for point in points_of(slot))
    )


def owner_function(snapshot):
    dialect = snapshot["dialect"]
    if dialect["name"] == "pinned-ketama":
        ring = continuum(snapshot["slots"])
        points = [point for point, _, _ in ring]
        return lambda key: ring[bisect.bisect_left(points, md5_words(key)[0]) % len(ring)][2]
    sys.path.insert(0, str(ROOT / "Sources" / "python"))
    from ringclient.dialects import Member, place

    members = [Member(slot["label"], slot["weight"], slot.get("points")) for slot in snapshot["slots"]]
    return place(dialect["name"], dialect["options"], members).index


def agreement(snapshot):
    owner = owner_function(snapshot)
    owners = [owner(b"ringd-agreement-%d" % number) for number in range(4096)]
    return "sha256:" + hashlib.sha256(struct.pack("<4096I", *owners)).hexdigest()


def digest(snapshot):
    def cell(value):
        return "" if value is None else str(value)

    dialect = snapshot["dialect"]
    lines = ["ringd-snapshot 1"]
    for name in ("pool", "epoch", "version", "parent", "created_at"):
        lines.append(f"{name}={cell(snapshot[name])}")
    lines += [f"dialect={dialect['name']}", f"key_hash={dialect['key_hash']}"]
    lines += [f"option.{name}={value}" for name, value in sorted(dialect["options"].items())]
    lines += [f"agreement={snapshot['agreement']}", f"audit_head={snapshot['audit_head']}"]
    for slot in snapshot["slots"]:
        names = ("label", "weight", "points", "state", "node", "host", "port", "zone")
        lines.append("\t".join(["slot"] + [cell(slot.get(name)) for name in names]))
    return "sha256:" + hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def slot(number, port=11211, host=None, weight=100, dialect="pinned-ketama", **members):
    """A slot as `ringd` would publish it; `members` change or add what they name, and ``None`` takes away."""
    host = host or f"10.0.0.{number}"
    always = dialect in ("pymemcache-rendezvous", "python-memcached", "dalli", "seed-gist")
    label = host if port is None or (port == 11211 and not always) else f"{host}:{port}"
    made = {"label": label, "weight": weight}
    if dialect == "pinned-ketama":
        made["points"] = max(1, (160 * weight + 50) // 100)
    made.update({"state": "in", "node": f"cache-{number}", "host": host, "port": port, "zone": "abc"[number % 3]})
    made.update(members)
    return {name: value for name, value in made.items() if value is not None}


def snapshot(slots, **members):
    """A whole snapshot, with agreement and digest; the slots of pinned-ketama in their order."""
    dialect = {"name": "pinned-ketama", "key_hash": "md5", "options": {}}
    if members.get("dialect", dialect)["name"] == "pinned-ketama":
        slots = sorted(slots, key=lambda slot: slot["label"].encode())
    made = {
        "format": 1,
        "pool": "sessions",
        "epoch": 1,
        "version": 42,
        "parent": 41,
        "created_at": "2026-11-22T10:35:00.123Z",
        "change": {
            "event": 107,
            "kind": "eject",
            "actor": "ringd",
            "node": "cache-3",
            "reason": "2 hard failures: connection refused",
            "moved_share": 0.1254,
            "cold_share": 0.1254,
        },
        "dialect": dialect,
        "slots": slots,
        "audit_head": AUDIT_HEAD,
    }
    made.update(members)
    return finished(made)


def finished(made, keep_agreement=False):
    """The same with the digest, and unless it is kept the agreement, that belong to the content."""
    made = {name: value for name, value in made.items() if name not in ("digest", "continuum", "signature")}
    kept = made.pop("agreement", None)
    audit_head = made.pop("audit_head")
    made["agreement"] = kept if keep_agreement and kept else agreement(made)
    made["audit_head"] = audit_head
    made["digest"] = digest(made)
    return made


def with_continuum(made):
    ring = continuum(made["slots"])
    hashes = struct.pack(f"<{len(ring)}I", *(point for point, _, _ in ring))
    owners = struct.pack(f"<{len(ring)}I", *(index for _, _, index in ring))
    arrays = {"hashes": base64.b64encode(hashes).decode(), "slots": base64.b64encode(owners).decode()}
    return {**made, "continuum": arrays}


def encode(made):
    """The bytes, in the order and with the layout of the specification."""

    def text(value):
        return json.dumps(value, ensure_ascii=False)

    change, dialect = made["change"], made["dialect"]
    head = ", ".join(
        f"{text(name)}: {text(change[name])}" for name in ("event", "kind", "actor", "node") if name in change
    )
    options = ", ".join(f"{text(name)}: {text(value)}" for name, value in sorted(dialect["options"].items()))
    lines = [
        "{",
        f'  "format": {made["format"]},',
        f'  "pool": {text(made["pool"])},',
        f'  "epoch": {made["epoch"]},',
        f'  "version": {made["version"]},',
        f'  "parent": {text(made["parent"])},',
        f'  "created_at": {text(made["created_at"])},',
        '  "change": {',
        f"    {head},",
        f'    "reason": {text(change["reason"])},',
        f'    "moved_share": {change["moved_share"]:.6f}, "cold_share": {change["cold_share"]:.6f}',
        "  },",
        f'  "dialect": {{ "name": {text(dialect["name"])}, "key_hash": {text(dialect["key_hash"])}, "options": '
        + (f"{{ {options} }} }}," if options else "{} },"),
        '  "slots": [',
    ]
    slots = []
    for slot in made["slots"]:
        first, second = (
            ", ".join(f"{text(name)}: {text(slot[name])}" for name in names if name in slot)
            for names in (("label", "weight", "points", "state"), ("node", "host", "port", "zone"))
        )
        slots.append(f"    {{ {first},\n      {second} }}")
    lines += [
        ",\n".join(slots),
        "  ],",
        f'  "agreement": {text(made["agreement"])},',
        f'  "audit_head": {text(made["audit_head"])},',
    ]
    tail = [f'  "digest": {text(made["digest"])}']
    if "continuum" in made:
        arrays = made["continuum"]
        tail.append(
            f'  "continuum": {{\n    "hashes": {text(arrays["hashes"])},\n    "slots": {text(arrays["slots"])}\n  }}'
        )
    if "signature" in made:
        signature = made["signature"]
        tail.append(
            f'  "signature": {{ "key_id": {text(signature["key_id"])}, "ed25519": {text(signature["ed25519"])} }}'
        )
    return ("\n".join(lines) + "\n" + ",\n".join(tail) + "\n}\n").encode()


def publish(path, data):
    """Replaces the file at `path` by rename, as `ringd` does."""
    temporary = f"{path}.{os.getpid()}.new"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
