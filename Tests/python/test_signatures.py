"""Signatures: what a client with keys takes, with `cryptography` and without, and the files of keys."""

import base64
import random
import sys

import pytest
import snapshot_writer as writer
from ringclient import LiveRing, SnapshotError, ed25519, read_keys

cryptography = pytest.importorskip("cryptography")

from good_cases import KEY, KEYS, OTHER_KEY, public, signed  # noqa: E402

RAW = {name: base64.b64decode(key) for name, key in KEYS.items()}
LINE = f"ringd-public-key 2026-a {public(KEY)}\n"
OTHER = f"ringd-public-key 2025-b {public(OTHER_KEY)}\n"


def made(version, sign=signed):
    content = writer.snapshot(
        [writer.slot(number) for number in (1, 2, 3)], version=version, parent=version - 1 or None
    )
    return writer.encode(sign(content))


@pytest.fixture(params=("with cryptography", "without"))
def library(request, monkeypatch):
    if request.param == "without":
        for name in [*sys.modules]:
            if name.startswith("cryptography"):
                monkeypatch.setitem(sys.modules, name, None)


def test_takes_only_what_is_signed_and_newer(tmp_path, library):
    path = tmp_path / "ring.json"
    writer.publish(path, made(5))
    with LiveRing(path, "sessions", keys=RAW, poll=3600) as live:
        altered = made(6).replace(b'"weight": 100', b'"weight": 101', 1)
        forged = writer.encode(writer.finished({**writer.snapshot([writer.slot(1)], version=6, parent=5)}))
        for content, reason in (
            (made(6, lambda content: content), "unsigned"),
            (altered, "digest-mismatch"),
            (forged, "unsigned"),
            (made(6, lambda content: signed(content, OTHER_KEY)), "bad-signature"),
            (made(6, lambda content: signed(content, OTHER_KEY, "2025-b")), "unknown-key"),
            (made(4), "older"),
        ):
            writer.publish(path, content)
            assert not live.check()
            assert live.state.last_error.reason == reason
            assert live.current.version == 5
        writer.publish(path, made(6))
        assert live.check()
        assert live.state.last_error is None


def test_the_first_load_needs_a_signature_too(tmp_path, library):
    path = tmp_path / "ring.json"
    writer.publish(path, made(5, lambda content: content))
    with pytest.raises(SnapshotError) as error:
        LiveRing(path, "sessions", keys=RAW)
    assert error.value.reason == "unsigned"
    LiveRing(path, "sessions").close()


def test_a_kept_snapshot_needs_a_signature_too(tmp_path):
    path, keep = tmp_path / "ring.json", tmp_path / "kept.json"
    keep.write_bytes(made(9, lambda content: content))
    writer.publish(path, made(5))
    with LiveRing(path, "sessions", keys=RAW, keep=keep, poll=3600) as live:
        assert live.current.version == 5


def test_holds_two_keys_while_one_is_replaced(tmp_path):
    file = tmp_path / "trusted.keys"
    file.write_text(f"# the old one goes in March\n{OTHER}\n{LINE}")
    keys = read_keys(file)
    assert sorted(keys) == ["2025-b", "2026-a"]
    path = tmp_path / "ring.json"
    writer.publish(path, made(1, lambda content: signed(content, OTHER_KEY, "2025-b")))
    with LiveRing(path, "sessions", keys=keys, poll=3600) as live:
        writer.publish(path, made(2))
        assert live.check()


@pytest.mark.parametrize(
    "text, problem",
    (
        ("", "there is no key"),
        ("# nothing\n", "there is no key"),
        (LINE.replace("public", "private"), "a private key"),
        ("hello\n", "no key"),
        ("ringd-public-key 2026-a\n", "no key"),
        ("ringd-public-key 2026-a *\n", "not in base64"),
        ("ringd-public-key 2026-a AAAA\n", "of 32 bytes"),
        (LINE + OTHER.replace("2025-b", "2026-a"), "two keys are called"),
    ),
)
def test_refuses_what_is_no_file_of_public_keys(tmp_path, text, problem):
    file = tmp_path / "trusted.keys"
    file.write_text(text)
    with pytest.raises(ValueError, match=problem):
        read_keys(file)


def test_refuses_an_empty_set_of_keys(tmp_path):
    writer.publish(tmp_path / "ring.json", made(1))
    with pytest.raises(ValueError, match="no key"):
        LiveRing(tmp_path / "ring.json", "sessions", keys={})
    with pytest.raises(ValueError, match="32 bytes"):
        LiveRing(tmp_path / "ring.json", "sessions", keys={"2026-a": b"short"})


def test_verifies_as_rfc_8032_says():
    """The first three vectors of section 7.1."""
    for key, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
            "24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
            "eeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
            "8dc027beceea1ec40a",
        ),
    ):
        assert ed25519.is_valid(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message))
        assert not ed25519.is_valid(bytes.fromhex(key), bytes.fromhex(signature), bytes.fromhex(message) + b"x")


def test_verifies_as_cryptography_does():
    """Signatures with a bit flipped, a scalar beyond the order, and keys that are no points."""
    rng = random.Random(8032)
    order = 2**252 + 27742317777372353535851937790883648493
    key = base64.b64decode(public(KEY))
    message = b"ringd-snapshot-signature-v1\nsha256:" + b"0" * 64
    good = KEY.sign(message)
    assert ed25519.is_valid(key, good, message)
    for _ in range(40):
        bit = rng.randrange(512)
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        assert not ed25519.is_valid(key, bytes(bad), message)
    scalar = int.from_bytes(good[32:], "little") + order
    assert not ed25519.is_valid(key, good[:32] + scalar.to_bytes(32, "little"), message)
    assert not ed25519.is_valid(b"\xff" * 32, good, message)
    assert not ed25519.is_valid(b"\x02" + b"\0" * 31, good, message)
    assert not ed25519.is_valid(key[:31], good, message)
