"""Follows the ring that ringd publishes: one decision about which memcached server owns a key.

    from ringclient import LiveRing

    live = LiveRing("/var/lib/ringd/snapshots/sessions/ring.json", pool="sessions")
    slot = live.owner("user:42")

The adapters are modules of their own, so that none of the client libraries is needed: `ringclient.python_memcached`,
`ringclient.pymemcache`, `ringclient.pylibmc`.
"""

from .dialects import DIALECTS
from .errors import SnapshotError
from .live import LiveRing, RingState
from .ring import Ring
from .signatures import read_keys
from .snapshot import Slot, Snapshot

__all__ = ["DIALECTS", "LiveRing", "Ring", "RingState", "Slot", "Snapshot", "SnapshotError", "read_keys"]
__version__ = "1.0.0"
