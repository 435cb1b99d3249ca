"""Reading a file that others replace, and writing one that others read."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from typing import NamedTuple

from .errors import SnapshotError


class Stamp(NamedTuple):
    """What tells one file at a path from the next: two inode numbers may alternate, so all four count."""

    device: int
    inode: int
    size: int
    modified: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def stamp(path: str) -> Stamp:
    """The stamp of what is at the path: one system call."""
    try:
        return Stamp.of(os.stat(path))
    except OSError as error:
        raise _refusal(error) from None


def read(path: str, limit: int) -> tuple[bytes, Stamp]:
    """The bytes of a regular file of at most `limit` bytes, all from one descriptor, with the stamp of that file.

    Links are followed, because a mounted Kubernetes ConfigMap consists of them. A pipe at the path does not block.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refusal(error) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SnapshotError("not-a-file", f"{path} is not a regular file")
        if status.st_size > limit:
            raise SnapshotError("too-large", f"{status.st_size} bytes, and {limit} are the limit")
        data = bytearray()
        while len(data) <= limit:
            part = os.read(descriptor, min(1 << 20, limit + 1 - len(data)))
            if not part:
                return bytes(data), Stamp.of(status)
            data += part
        raise SnapshotError("too-large", f"more than {limit} bytes")
    except OSError as error:
        raise _refusal(error) from None
    finally:
        os.close(descriptor)


def replace(path: str, data: bytes) -> None:
    """Puts a file at the path in one step, so that a reader finds the old one or the new one."""
    folder = os.path.dirname(path) or "."
    descriptor, temporary = tempfile.mkstemp(prefix=".ring-", dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _refusal(error: OSError) -> SnapshotError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SnapshotError("missing", str(error))
    if error.errno in (errno.EISDIR, errno.ENXIO):
        return SnapshotError("not-a-file", str(error))
    return SnapshotError("unreadable", str(error))
