"""Snapshots, and things in their place, that a reader must not take."""

import base64
import json

from good_cases import KEY, KEYS, OTHER_KEY, base, of_dialect, place_of, public, signed
from snapshot_writer import encode, finished, slot, snapshot, with_continuum


def add_to(kit):
    def bad(name, reason, data, **case):
        kit.add(name, "keep", reason, data if isinstance(data, bytes) else encode(data), **case)

    text = encode(base()).decode()

    def edit(name, reason, old, new, **case):
        if old not in text:
            raise ValueError(f"{name}: '{old}' is not in the file")
        bad(name, reason, text.replace(old, new, 1).encode(), **case)

    add_torn(bad, text)
    add_json(bad, edit, text)
    add_head(edit)
    add_slots(bad, edit)
    add_meaning(bad, edit, text)
    add_history(kit, bad)
    add_signatures(bad)
    add_places(kit)


def add_torn(bad, text):
    bad("empty", "malformed", b"")
    bad("white-space-only", "malformed", b" \n\n")
    bad("truncated-in-half", "malformed", text[: len(text) // 2].encode())
    bad("truncated-in-a-slot", "malformed", text[: text.index('"node": "cache-2"') + 8].encode())
    bad("truncated-by-the-last-brace", "malformed", text.rstrip("\n}").encode())
    longer = encode(snapshot([slot(number) for number in range(1, 9)]))
    bad("overwritten-in-place-by-a-shorter-one", "malformed", text.encode() + longer[len(text.encode()) :])
    bad("zeros-at-the-end", "malformed", text.encode() + b"\0" * 512)
    bad("all-zeros", "malformed", b"\0" * 2048)
    bad("twice", "malformed", (text + text).encode())
    spliced = text.encode()[:600] + encode(base(version=43, parent=42))[600:]
    bad("spliced-of-two-versions", "digest-mismatch", spliced)


def add_json(bad, edit, text):
    bad("utf-16", "malformed", text.encode("utf-16"))
    bad("byte-order-mark", "malformed", b"\xef\xbb\xbf" + text.encode())
    bad("latin-1", "malformed", text.replace("connection", "connexi\xf3n").encode("latin-1"))
    bad("html", "malformed", b"<html><body>502 Bad Gateway</body></html>\n")
    bad("gzip", "malformed", bytes.fromhex("1f8b0800000000000203") + bytes(range(200)))
    bad("a-list", "invalid-value", f"[{text}]".encode())
    bad("null", "invalid-value", b"null\n")
    bad("a-number", "invalid-value", b"42\n")
    edit("comment", "malformed", '"epoch"', '// comment\n  "epoch"')
    edit("trailing-comma", "malformed", "\n}\n", ",\n}\n")
    edit("single-quotes", "malformed", '"sessions"', "'sessions'")
    edit("not-a-number", "malformed", '"moved_share": 0.125400', '"moved_share": NaN')
    edit("leading-zero", "malformed", '"epoch": 1', '"epoch": 01')
    edit("control-character-in-a-string", "malformed", "2 hard", "2\nhard")
    edit("half-of-a-surrogate-pair", "malformed", "2 hard", "2 \\ud800 hard")
    edit("unknown-escape", "malformed", "2 hard", "2 \\x41 hard")
    edit("member-twice", "duplicate", '"epoch": 1,', '"epoch": 1, "epoch": 1,')
    edit("member-twice-by-an-escape", "duplicate", '"epoch": 1,', '"epoch": 1, "\\u0065poch": 2,')
    edit("member-of-a-slot-twice", "duplicate", '"state": "in"', '"state": "in", "state": "held"')
    edit("unknown-member-twice", "duplicate", '"epoch": 1,', '"epoch": 1, "x": { "y": 1, "y": 1 },')
    deep = 5000
    edit("deep", "too-large", '"epoch": 1,', '"x": ' + "[" * deep + "]" * deep + ', "epoch": 1,')
    edit("deeper-than-32", "too-large", '"epoch": 1,', '"x": ' + '{"y": ' * 40 + "1" + "}" * 40 + ', "epoch": 1,')


def add_head(edit):
    edit("format-2", "unknown-format", '"format": 1', '"format": 2')
    edit("format-0", "unknown-format", '"format": 1', '"format": 0')
    edit("format-as-text", "invalid-value", '"format": 1', '"format": "1"')
    for name in ("format", "pool", "epoch", "version", "created_at", "agreement", "audit_head"):
        old = {
            "format": '  "format": 1,\n',
            "pool": '  "pool": "sessions",\n',
            "epoch": '  "epoch": 1,\n',
            "version": '  "version": 42,\n',
            "created_at": '  "created_at": "2026-11-22T10:35:00.123Z",\n',
            "agreement": f'  "agreement": "{base()["agreement"]}",\n',
            "audit_head": f'  "audit_head": "{base()["audit_head"]}",\n',
        }[name]
        edit(f"without-{name.replace('_', '-')}", "missing-member", old, "")
    edit("without-digest", "missing-member", f',\n  "digest": "{base()["digest"]}"', "")
    edit("without-key-hash", "missing-member", '"key_hash": "md5", ', "")
    edit("other-pool", "other-pool", '"sessions"', '"sessions2"', also=["digest-mismatch"])
    edit("pool-with-a-path", "invalid-value", '"sessions"', '"../sessions"')
    edit("pool-with-a-zero-byte", "invalid-value", '"sessions"', '"sessions\\u0000"')
    edit("epoch-0", "invalid-value", '"epoch": 1', '"epoch": 0')
    edit("version-negative", "invalid-value", '"version": 42', '"version": -42')
    edit("version-as-decimal", "invalid-value", '"version": 42', '"version": 42.0')
    edit("version-as-text", "invalid-value", '"version": 42', '"version": "42"')
    edit("version-as-true", "invalid-value", '"version": 42', '"version": true')
    edit("version-of-54-bits", "invalid-value", '"version": 42', f'"version": {2**53}')
    edit("version-of-100-digits", "malformed", '"version": 42', '"version": ' + "9" * 100, also=["invalid-value"])
    edit("parent-not-before-version", "invalid-value", '"parent": 41', '"parent": 42')
    edit("time-without-milliseconds", "invalid-value", "10:35:00.123Z", "10:35:00Z")
    edit("time-with-an-offset", "invalid-value", "10:35:00.123Z", "10:35:00.123+00:00")
    edit("time-that-is-none", "invalid-value", "2026-11-22T", "2026-02-30T")
    edit("digest-in-upper-case", "invalid-value", base()["digest"], "sha256:" + base()["digest"][7:].upper())
    edit("digest-of-another-kind", "invalid-value", base()["digest"], "sha1:" + base()["digest"][7:47])
    edit("reason-of-5000-bytes", "invalid-value", "2 hard failures", "x" * 5000)


def add_slots(bad, edit):
    def changed(name, reason, **members):
        bad(name, reason, snapshot([slot(1), slot(2, **members), slot(3)]))

    bad("no-slots", "no-slots", encode_without_slots())
    edit("slots-not-a-list", "invalid-value", '"slots": [', '"slots": 1, "was": [')
    edit("slot-not-an-object", "invalid-value", '"slots": [', '"slots": [ 7,')
    for name, byte in (
        ("zero-byte", "\0"),
        ("tab", "\t"),
        ("newline", "\n"),
        ("next-line", "\x85"),
        ("delete", "\x7f"),
    ):
        changed(f"{name}-in-a-label", "invalid-value", label=f"10.0.0{byte}2")
    changed("tab-in-a-zone", "invalid-value", zone="a\tb")
    changed("label-empty", "invalid-value", label="")
    changed("label-of-256-bytes", "invalid-value", label="x" * 256)
    changed("label-twice", "duplicate", label="10.0.0.1")
    changed("node-twice", "duplicate", node="cache-1")
    changed("address-twice", "duplicate", host="10.0.0.1", label="other")
    changed("node-with-capitals", "invalid-value", node="Cache-2")
    changed("state-unknown", "invalid-value", state="out")
    changed("weight-10001", "invalid-value", weight=10_001)
    edit("weight-0", "invalid-value", '"weight": 100', '"weight": 0')
    edit("weight-as-decimal", "invalid-value", '"weight": 100', '"weight": 99.5')
    edit("points-negative", "invalid-value", '"points": 160', '"points": -1')
    too_many = snapshot([slot(1), slot(2), slot(3)])
    too_many["slots"][1]["points"] = 161
    bad("more-points-than-the-weight-gives", "invalid-value", finished(too_many, keep_agreement=True))
    changed("port-0", "invalid-value", port=0)
    changed("port-65536", "invalid-value", port=65_536)
    edit("port-as-text", "invalid-value", '"port": 11211', '"port": "11211"')
    changed("host-without-port", "invalid-value", port=None)
    changed("unix-socket-with-port", "invalid-value", host="/run/2.sock")
    edit("host-empty", "invalid-value", '"host": "10.0.0.2"', '"host": ""')
    changed("host-in-brackets", "invalid-value", host="[2001:db8::1]")
    changed("host-with-a-space", "invalid-value", host="10.0.0.2 ")
    changed("host-with-a-port", "invalid-value", host="10.0.0.2:11211")


def encode_without_slots():
    made = {**base(), "slots": []}
    return encode(finished(made, keep_agreement=True))


def add_meaning(bad, edit, text):
    edit("weight-changed", "digest-mismatch", '"weight": 100', '"weight": 101')
    edit("host-changed", "digest-mismatch", '"host": "10.0.0.2"', '"host": "10.0.0.9"')
    edit("state-changed", "digest-mismatch", '"state": "in"', '"state": "held"')
    edit("epoch-changed", "digest-mismatch", '"epoch": 1', '"epoch": 2')
    edit("version-changed", "digest-mismatch", '"version": 42', '"version": 43')
    edit("audit-head-changed", "digest-mismatch", "0b0b0b", "0b0b0c")
    edit("agreement-changed", "digest-mismatch", base()["agreement"], "sha256:" + "00" * 32)
    other_order = json.loads(text)
    other_order["slots"].reverse()
    bad("slots-in-another-order", "digest-mismatch", encode(other_order))
    unsorted = finished(other_order)
    bad("slots-not-in-the-order-of-labels", "invalid-value", unsorted, also=["agreement-mismatch"])
    wrong = finished({**base(), "agreement": "sha256:" + "00" * 32}, keep_agreement=True)
    bad("agreement-wrong", "agreement-mismatch", wrong)
    other_ring = {**base(), "agreement": snapshot([slot(1), slot(2)])["agreement"]}
    bad("agreement-of-another-ring", "agreement-mismatch", finished(other_ring, keep_agreement=True))
    exact = of_dialect("libmemcached-ketama-weighted", "md5", 1, {}, count=3)
    rehashed = {**exact, "dialect": {**exact["dialect"], "options": {"hash": "one_at_a_time"}}}
    bad("option-that-the-writer-ignored", "agreement-mismatch", finished(rehashed, keep_agreement=True))
    strange = {**base(), "dialect": {"name": "no-such-dialect", "key_hash": "md5", "options": {}}}
    bad("unknown-dialect", "unknown-dialect", finished(strange, keep_agreement=True))
    optional = {**base(), "dialect": {"name": "pinned-ketama", "key_hash": "md5", "options": {"turbo": "on"}}}
    bad("unknown-option", "unknown-option", finished(optional, keep_agreement=True))
    edit("option-not-text", "invalid-value", '"options": {}', '"options": { "hash": 1 }')
    arrays = with_continuum(base())
    short = {**arrays["continuum"], "slots": arrays["continuum"]["slots"][:-8]}
    bad("continuum-of-two-lengths", "invalid-value", encode({**arrays, "continuum": short}))
    broken = {**arrays["continuum"], "hashes": "*" + arrays["continuum"]["hashes"][1:]}
    bad("continuum-not-base64", "invalid-value", encode({**arrays, "continuum": broken}))


def add_history(kit, bad):
    here = place_of(base())
    newer = place_of(base(version=43, parent=42))
    higher = place_of(base(epoch=2))
    bad("same", "same", base(), current=here)
    bad("lower-version", "older", base(), current=newer)
    bad("lower-epoch-higher-version", "older", base(version=900, parent=42), current=higher)
    bad("first-version-again", "older", base(version=1, parent=None), current=here)
    other = base(change={**base()["change"], "event": 108}, audit_head="sha256:" + "0c" * 32)
    kit.add("same-version-other-content", "alarm", "same-version-other-content", encode(other), current=here)
    other = snapshot([slot(1), slot(2), slot(4)])
    kit.add("same-version-other-slots", "alarm", "same-version-other-content", encode(other), current=here)


def add_signatures(bad):
    bad("unsigned", "unsigned", base(), keys=KEYS)
    bad("signed-by-an-unknown-key", "unknown-key", signed(base(), OTHER_KEY, "2025-b"), keys=KEYS)
    bad("signed-by-another-key", "bad-signature", signed(base(), OTHER_KEY), keys=KEYS)
    replayed = {**base(version=43, parent=42), "signature": signed(base())["signature"]}
    bad("signature-of-another-version", "bad-signature", replayed, keys=KEYS)
    under_other_id = {**signed(base()), "signature": {**signed(base())["signature"], "key_id": "2025-b"}}
    bad("signature-under-another-key-id", "bad-signature", under_other_id, keys={"2025-b": public(OTHER_KEY), **KEYS})
    short = {**base(), "signature": {"key_id": "2026-a", "ed25519": signed(base())["signature"]["ed25519"][4:]}}
    bad("signature-of-61-bytes", "invalid-value", short)
    raw = base64.b64decode(signed(base())["signature"]["ed25519"])
    add_odd_signatures(bad, raw)
    bad("signed-and-older", "older", signed(base()), keys=KEYS, current=place_of(base(version=43, parent=42)))


def add_odd_signatures(bad, raw):
    def with_signature(name, reason, signature, **case):
        made = {"key_id": "2026-a", "ed25519": base64.b64encode(signature).decode()}
        bad(name, reason, {**base(), "signature": made}, keys=KEYS, **case)

    digest = base()["digest"].encode()
    with_signature("signature-over-the-digest-alone", "bad-signature", KEY.sign(digest))
    ended = b"ringd-snapshot-signature-v1\n" + digest + b"\n"
    with_signature("signature-over-a-line-that-is-ended", "bad-signature", KEY.sign(ended))
    with_signature("signature-of-zeros", "bad-signature", bytes(64))
    # The same signature for whoever does not compare the scalar with the order of the group.
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(raw[32:], "little") + order
    with_signature("signature-past-the-order", "bad-signature", raw[:32] + scalar.to_bytes(32, "little"))
    text = encode(signed(base())).decode()
    bad("signature-without-key-id", "missing-member", text.replace('"key_id": "2026-a", ', "").encode())
    bad("signature-as-text", "invalid-value", text.replace('{ "key_id": "2026-a", "ed', '"", "was": { "ed').encode())
    encoded = signed(base())["signature"]["ed25519"]
    padded = encoded[:-3] + chr(ord(encoded[-3]) + 1) + "=="
    bad("signature-with-bits-in-the-padding", "invalid-value", text.replace(encoded, padded).encode())


def add_places(kit):
    """What is no file of the kit: the runner makes it as the recipe says."""

    def recipe(name, reason, **recipe):
        kit.add(name, "keep", reason, recipe=recipe)

    recipe("deleted", "missing", kind="missing")
    recipe("symlink-to-nothing", "missing", kind="symlink", to="no-such-file.json")
    recipe("directory", "not-a-file", kind="directory")
    recipe("pipe-that-nobody-writes", "not-a-file", kind="fifo")
    recipe("unreadable", "unreadable", kind="unreadable", base="good/three-slots.json")
    recipe("of-65-mib", "too-large", kind="pad", base="good/three-slots.json", bytes=65 << 20)
    text = encode(base()).decode()
    head, rest = text.split('"slots": [\n')
    item = (
        '    { "label": "10.0.0.1:{i}", "weight": 100, "points": 160, "state": "in",\n'
        '      "node": "cache-{i}", "host": "n{i}.example", "port": 11211 }'
    )
    tail = "\n  ]," + rest.split("\n  ],")[1]
    recipe(
        "of-100000-slots",
        "too-large",
        kind="repeat",
        head=head + '"slots": [\n',
        item=item,
        separator=",\n",
        tail=tail,
        count=100_000,
    )
