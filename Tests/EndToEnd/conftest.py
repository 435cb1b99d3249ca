import pytest

from fixtures import fleet, servers  # noqa: F401
from fleet import Ringd


@pytest.fixture
def ringd(tmp_path):
    """A running daemon over a fresh directory."""
    daemon = Ringd(tmp_path / "data").start()
    yield daemon
    daemon.stop()
