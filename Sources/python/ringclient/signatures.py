"""Ed25519 signatures of snapshots, checked where keys are configured: with `cryptography` where it is installed."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping

from . import ed25519, files
from .errors import SnapshotError
from .snapshot import Snapshot

_BYTE_LIMIT = 16 << 10


def read_keys(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """The public keys of a file, as `ringctl key generate` writes it: a line for each, `#` begins a comment.

    Raises `ValueError` for anything else, and for a private key, and `SnapshotError` where there is no such file.
    """
    name = os.fspath(path)
    text = files.read(name, _BYTE_LIMIT)[0].decode("utf-8", "replace")
    keys: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "ringd-private-key":
            raise ValueError(f"{name}, line {number}: a private key; clients get the file that ends in .pub")
        if words[0] != "ringd-public-key" or len(words) != 3:
            raise ValueError(f"{name}, line {number}: no key; a key is a line as in 'ringd-public-key ID BASE64'")
        try:
            key = base64.b64decode(words[2], validate=True)
        except binascii.Error:
            raise ValueError(f"{name}, line {number}: '{words[1]}' is not in base64") from None
        if keys.setdefault(words[1], key) != key:
            raise ValueError(f"{name}, line {number}: two keys are called '{words[1]}'")
    return checked_keys(keys, name)


def checked_keys(keys: Mapping[str, bytes], place: str = "keys") -> dict[str, bytes]:
    """The keys, if each has 32 bytes and there are any: without one there is no protection, and nobody would see it."""
    if not keys:
        raise ValueError(f"{place}: there is no key")
    for key_id, key in keys.items():
        if not isinstance(key, bytes) or len(key) != 32:
            raise ValueError(f"{place}: '{key_id}' is not an Ed25519 public key of 32 bytes")
    return dict(keys)


def check_signature(snapshot: Snapshot, keys: Mapping[str, bytes]) -> None:
    """Refuses a snapshot that none of the keys signed."""
    if snapshot.signature is None:
        raise SnapshotError("unsigned", "a key is configured, and the snapshot has no signature", "signature")
    key_id, signature = snapshot.signature
    if key_id not in keys:
        raise SnapshotError("unknown-key", f"no key '{key_id}' is configured", "signature.key_id")
    if not _is_valid(keys[key_id], signature, snapshot.signed_bytes):
        raise SnapshotError("bad-signature", f"not made by key '{key_id}' over this content", "signature.ed25519")


def _is_valid(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return ed25519.is_valid(key, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
