"""An application on one of the Python adapters: writes and reads until its standard input ends, and says how it went.

python3 application.py ADAPTER RING.JSON POOL prints each version that it adopts, and at the end how it went, as JSON.
"""

import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Sources" / "python"))

from ringclient import LiveRing  # noqa: E402

POLL = 0.2
PAUSE = 0.002
KEYS = 60


def client_of(adapter, live):
    if adapter == "python-memcached":
        from ringclient.python_memcached import RingMemcacheClient

        return RingMemcacheClient(live, dead_retry=0.2, socket_timeout=1)
    if adapter == "pymemcache":
        from ringclient.pymemcache import RingHashClient

        # Without an answer to a set, nobody can say what must be found later.
        return RingHashClient(live, retry_timeout=0.2, default_noreply=False)
    from ringclient.pylibmc import RingPylibmcClient

    return RingPylibmcClient(live, retry_timeout=0.2)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


class Application:
    """Every value says when it was written, so one that is older than the last acknowledged write of its key is stale."""

    def __init__(self, name, client):
        self.name, self.client = name, client
        self.done = threading.Event()
        self.turns, self.hits, self.misses, self.errors, self.stale = 0, 0, 0, [], []

    def run(self, number):
        written = {}
        turn = 0
        while not self.done.wait(PAUSE):
            turn += 1
            try:
                self.one(f"{self.name}:{number}:{turn % KEYS}", f"{turn}", written)
                if turn % 20 == 0:
                    many = self.client.get_multi([f"{self.name}:{number}:{other}" for other in range(KEYS)])
                    for key, value in many.items():
                        self.judge(key, text(value), written)
            except Exception as error:
                self.errors.append(repr(error))
            self.turns += 1

    def one(self, key, value, written):
        found = text(self.client.get(key))
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
            self.judge(key, found, written)
        if self.client.set(key, value):
            written[key] = [value]
        else:
            # Whether the server took it is not known, so either may be read from now on.
            written.setdefault(key, []).append(value)

    def judge(self, key, found, written):
        if found not in written.get(key, []):
            self.stale.append((key, found, written.get(key)))


def tell(ring):
    print(json.dumps({"version": ring.version, "at": time.time_ns()}), flush=True)


def main():
    adapter, path, pool = sys.argv[1:]
    with LiveRing(path, pool, poll=POLL) as live:
        tell(live.current)
        live.subscribe(tell)
        application = Application(adapter, client_of(adapter, live))
        threads = [threading.Thread(target=application.run, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        application.done.set()
        for thread in threads:
            thread.join()
        state = live.state
    print(
        json.dumps(
            {
                "turns": application.turns,
                "hits": application.hits,
                "misses": application.misses,
                "errors": application.errors[:5],
                "stale": application.stale[:5],
                "failures": state.failures,
            }
        )
    )


if __name__ == "__main__":
    main()
