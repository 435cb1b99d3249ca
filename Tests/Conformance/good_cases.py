"""Snapshots that a reader must take."""

import base64
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from snapshot_writer import encode, finished, slot, snapshot, with_continuum

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def public(key):
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


KEYS = {"2026-a": public(KEY)}


def signed(made, key=KEY, key_id="2026-a"):
    signature = key.sign(b"ringd-snapshot-signature-v1\n" + made["digest"].encode())
    return {**made, "signature": {"key_id": key_id, "ed25519": base64.b64encode(signature).decode()}}


def base(**members):
    """The ring that most cases are about: three equal slots."""
    return snapshot([slot(1), slot(2), slot(3)], **members)


def place_of(made):
    return {name: made[name] for name in ("epoch", "version", "digest")}


DIALECTS = (
    ("libmemcached-ketama-weighted", "md5", 1, {}),
    ("libmemcached-modula", "one_at_a_time", 1, {}),
    ("twemproxy-ketama", "fnv1a_64", 1, {}),
    ("pymemcache-rendezvous", "murmur3", 1, {}),
    ("python-memcached", "crc15", 1, {}),
    ("dalli", "crc32", 1, {}),
    ("seed-gist", "crc32", 200, {}),
)


def of_dialect(name, key_hash, weight, options, count=10, **members):
    slots = [slot(number, dialect=name, weight=weight, port=11211 + number % 3) for number in range(1, count + 1)]
    dialect = {"name": name, "key_hash": key_hash, "options": options}
    counts = {"libmemcached-ketama-weighted": 160, "twemproxy-ketama": 160, "dalli": 160, "seed-gist": 200}
    if name in counts:
        slots = [with_points(slot, counts[name]) for slot in slots]
    return snapshot(slots, dialect=dialect, **members)


def with_points(slot, points):
    """The same slot, with its points where the specification has them: after the weight."""
    made = {}
    for name, value in slot.items():
        made[name] = value
        if name == "weight":
            made["points"] = points
    return made


def add_to(kit):
    def good(name, made, **case):
        kit.add(name, "adopt", "new", made if isinstance(made, bytes) else encode(made), **case)

    add_shapes(good)
    add_texts(good)
    add_orders(good)
    for name, key_hash, weight, options in DIALECTS:
        good(f"dialect-{name}", of_dialect(name, key_hash, weight, options))
    tagged = of_dialect("twemproxy-ketama", "md5", 1, {"hash": "md5", "hash_tag": "{}"})
    good("dialect-with-options", tagged)
    # 10,001 shares of weight: what the small slot gets rounds to no point at all.
    uneven = [
        slot(1, dialect="libmemcached-ketama-weighted", weight=10_000, points=316),
        slot(2, dialect="libmemcached-ketama-weighted", weight=1, points=0),
    ]
    dialect = {"name": "libmemcached-ketama-weighted", "key_hash": "md5", "options": {}}
    good("slot-without-points", snapshot(uneven, dialect=dialect))
    good("hundred-slots", snapshot([slot(number) for number in range(1, 101)]))
    good("continuum", with_continuum(base()))
    good("signed", signed(base()), keys=KEYS)
    good("signed-and-no-key-configured", signed(base()))
    good("signed-by-one-of-two-keys", signed(base()), keys={"2025-b": public(OTHER_KEY), **KEYS})
    kit.add("symlink", "adopt", "new", recipe={"kind": "symlink", "to": "good/three-slots.json"})


def add_shapes(good):
    good("three-slots", base())
    good("one-slot", snapshot([slot(1)]))
    good("first-version", base(version=1, parent=None))
    good("held-slot", snapshot([slot(1), slot(2, state="held"), slot(3)]))
    good("every-slot-held", snapshot([slot(number, state="held") for number in (1, 2)]))
    good("ramping-slot", snapshot([slot(1), slot(2, points=40), slot(3)]))
    good("weights-from-1-to-10000", snapshot([slot(1, weight=1), slot(2, weight=10_000), slot(3, weight=100)]))
    good("without-zones", snapshot([slot(1, zone=None), slot(2, zone=None)]))
    good("unix-socket", snapshot([slot(1), slot(2, host="/run/memcached/2.sock", port=None)]))
    good("ipv6", snapshot([slot(1, host="2001:db8::1"), slot(2, host="::1", port=11212)]))
    good("host-names", snapshot([slot(1, host="cache-1.example.com"), slot(2, host="Cache_2.example.com")]))
    good("replaced-node", snapshot([slot(1), slot(2, node="cache-9", host="10.0.9.9", port=22122, label="10.0.0.2")]))
    good(
        "change-without-node",
        base(change={**{k: v for k, v in base()["change"].items() if k != "node"}, "kind": "drain"}),
    )
    good("unknown-kind-of-change", base(change={**base()["change"], "kind": "something-new"}))
    good("largest-numbers", base(epoch=2**53 - 1, version=2**53 - 1, parent=2**53 - 2))


def add_texts(good):
    text = encode(base()).decode()
    good("label-in-utf-8", snapshot([slot(1, label="serveur-é-1"), slot(2, label="服务器-2")]))
    good("label-of-255-bytes", snapshot([slot(1, label="x" * 255), slot(2)]))
    good("label-with-quotes", snapshot([slot(1, label='a"b\\c'), slot(2)]))
    good(
        "escapes",
        text.replace('"sessions"', '"\\u0073essions"').replace("connection", "c\\u00f6nn\\ud83d\\ude00").encode(),
    )
    good("one-line", json.dumps(json.loads(text), separators=(",", ":")).encode())
    good("other-white-space", text.replace("\n", "\r\n\t").encode())
    good("members-in-another-order", json.dumps(json.loads(text), sort_keys=True, indent=1).encode())
    good("without-final-newline", text.rstrip("\n").encode())
    good(
        "null-for-absent",
        text.replace('"zone": "b"', '"zone": null')
        .replace(base()["digest"], snapshot([slot(1, zone=None), slot(2), slot(3)])["digest"])
        .encode(),
    )
    unknown = '"zone": "b", "rack": { "row": [1, 2.5e3, true, null, "x"] } }'
    good(
        "unknown-members",
        text.replace('"zone": "b" }', unknown)
        .replace('"format": 1,', '"format": 1, "later": [[[{}]]],')
        .replace('"actor": "ringd",', '"actor": "ringd", "trace": "t-1",')
        .replace('"options": {}', '"options": {}, "notes": "n"')
        .encode(),
    )
    good("created-in-1970", base(created_at="1970-01-01T00:00:00.000Z"))
    good("created-in-2999", base(created_at="2999-12-31T23:59:59.999Z"))


def add_orders(good):
    here = place_of(base())
    good("next-version", base(version=43, parent=42), current=here)
    good("many-versions-on", base(version=1_000_042, parent=42), current=here)
    good("higher-epoch", base(epoch=2, version=43, parent=42), current=here)
    good("higher-epoch-lower-version", base(epoch=2, version=7, parent=6), current=here)
    rebuilt = finished({**base(version=43, parent=42), "audit_head": "sha256:" + "0c" * 32})
    good("next-version-of-the-same-ring", rebuilt, current=here)
