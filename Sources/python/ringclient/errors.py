"""What may be wrong with a snapshot."""

from __future__ import annotations


class SnapshotError(Exception):
    """A snapshot that must not be adopted: whoever has a ring keeps it.

    `reason` is a stable word: ``too-large``, ``malformed``, ``unknown-format``, ``missing-member``, ``duplicate``,
    ``invalid-value``, ``no-slots``, ``other-pool``, ``digest-mismatch``, ``unknown-dialect``, ``unknown-option``,
    ``agreement-mismatch``, ``unsigned``, ``unknown-key``, ``bad-signature``, ``older``, ``same-version-other-content``,
    ``missing``, ``not-a-file``, ``unreadable``.
    """

    def __init__(self, reason: str, problem: str, member: str = "") -> None:
        super().__init__(f"{reason}: {member}: {problem}" if member else f"{reason}: {problem}")
        self.reason = reason
        self.problem = problem
        self.member = member
