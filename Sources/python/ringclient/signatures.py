"""Ed25519 signatures of snapshots, checked where a key is configured and `cryptography` is installed."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import SnapshotError
from .snapshot import Snapshot


def require_ed25519() -> None:
    """Raises `ImportError` where a key is configured and nothing can check with it."""
    import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401


def check_signature(snapshot: Snapshot, keys: Mapping[str, bytes]) -> None:
    """Refuses a snapshot that none of the keys signed."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if snapshot.signature is None:
        raise SnapshotError("unsigned", "a key is configured, and the snapshot has no signature", "signature")
    key_id, ed25519 = snapshot.signature
    if key_id not in keys:
        raise SnapshotError("unknown-key", f"no key '{key_id}' is configured", "signature.key_id")
    try:
        Ed25519PublicKey.from_public_bytes(keys[key_id]).verify(ed25519, snapshot.signed_bytes)
    except InvalidSignature:
        raise SnapshotError("bad-signature", f"not made by key '{key_id}'", "signature.ed25519") from None
