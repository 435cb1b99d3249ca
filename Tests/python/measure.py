"""Figures of the Python client: loads, polls and look-ups beside other libraries, and look-ups while versions come.

python3 Tests/python/measure.py [--versions 1000] [--rate 20] [--threads 8] [--slots 100]
"""

import argparse
import base64
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[0] / "Conformance"), str(HERE.parents[1] / "Sources" / "python")]

import snapshot_writer as writer  # noqa: E402
from ringclient import LiveRing, dialects, placements  # noqa: E402
from ringclient.ring import agreement, load  # noqa: E402
from ringclient.snapshot import decode  # noqa: E402

KEYS = [f"user:{number}" for number in range(20_000)]
TURNS = 10
"""Times that look-ups with reloads and without take turns."""


def middle(function, times=7):
    """The median time of a call, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def loading(slots):
    data = writer.encode(
        writer.snapshot([writer.slot(n, host=f"10.0.{n // 250}.{n % 250}") for n in range(1, slots + 1)])
    )
    snapshot = decode(data, "sessions")
    members = [dialects.Member(slot.label, slot.weight, slot.points) for slot in snapshot.slots]
    ring = dialects.place("pinned-ketama", {}, members)
    parts = {
        "bytes": len(data),
        "parse_and_digest_ms": middle(lambda: decode(data, "sessions")),
        "points_ms": middle(lambda: dialects.place("pinned-ketama", {}, members)),
        "agreement_ms": middle(lambda: agreement(ring)),
        "whole_ms": middle(lambda: load(data, "sessions")),
    }
    print(f"load {slots} slots:", ", ".join(f"{name} {value:.1f}" for name, value in parts.items()))


def polling(slots):
    """One look at a file that has not changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ring.json"
        writer.publish(path, writer.encode(writer.snapshot([writer.slot(number) for number in range(1, slots + 1)])))
        with LiveRing(path, "sessions", poll=3600) as live:
            count = 20_000
            taken = middle(lambda: [live.check() for _ in range(count)], times=3)
            print(f"idle poll: {1000 * taken / count:.2f} us")


def building(slots):
    """The ring alone, beside those of other libraries for as many nodes."""
    names = [f"10.0.{number // 250}.{number % 250}:11211" for number in range(1, slots + 1)]
    members = [dialects.Member(name, 100) for name in sorted(names)]
    parts = {"ringclient pinned-ketama": middle(lambda: dialects.place("pinned-ketama", {}, members))}
    try:
        from uhashring import HashRing

        parts["uhashring ketama"] = middle(lambda: HashRing(nodes=names, hash_fn="ketama"), times=3)
    except ImportError:
        print("uhashring is not installed")
    try:
        from pymemcache.client.rendezvous import RendezvousHash

        parts["pymemcache rendezvous, which builds nothing"] = middle(lambda: RendezvousHash(nodes=names))
    except ImportError:
        print("pymemcache is not installed")
    print(f"build a ring of {slots}:", ", ".join(f"{name} {value:.2f} ms" for name, value in parts.items()))


def signing():
    """What a signature costs on each load."""
    from good_cases import KEY, KEYS, signed
    from ringclient import ed25519
    from ringclient.signatures import check_signature

    snapshot = decode(writer.encode(signed(writer.snapshot([writer.slot(1)]))), "sessions")
    keys = {name: base64.b64decode(key) for name, key in KEYS.items()}
    message = snapshot.signed_bytes
    signature = KEY.sign(message)
    parts = {
        "with cryptography": middle(lambda: check_signature(snapshot, keys)),
        "without": middle(lambda: ed25519.is_valid(next(iter(keys.values())), signature, message)),
    }
    print("signature:", ", ".join(f"{name} {value:.2f} ms" for name, value in parts.items()))


def per_second(function, keys=KEYS):
    start = time.perf_counter()
    for key in keys:
        function(key)
    return len(keys) / (time.perf_counter() - start)


def looking_up(slots):
    ring = load(writer.encode(writer.snapshot([writer.slot(number) for number in range(1, slots + 1)])), "sessions")
    rates = {"ringclient pinned-ketama": max(per_second(ring.owner) for _ in range(3))}
    rendezvous = dialects.place("pymemcache-rendezvous", {}, [dialects.Member(s.address, 1, None) for s in ring.slots])
    rates["ringclient pymemcache-rendezvous"] = per_second(lambda key: rendezvous.index(key.encode()), KEYS[:2000])
    names = [slot.address for slot in ring.slots]
    try:
        from uhashring import HashRing

        other = HashRing(nodes=names, hash_fn="ketama")
        rates["uhashring ketama"] = max(per_second(other.get_node) for _ in range(3))
    except ImportError:
        print("uhashring is not installed")
    try:
        from pymemcache.client.rendezvous import RendezvousHash

        rates["pymemcache rendezvous"] = per_second(RendezvousHash(nodes=names).get_node, KEYS[:2000])
    except ImportError:
        print("pymemcache is not installed")
    print(f"look-ups a second, {slots} slots, one thread:", ", ".join(f"{n} {r:,.0f}" for n, r in rates.items()))


def reloading(versions, rate, threads, slots):
    """Publishes versions while threads look up, and compares with the rate of look-ups without any reload."""
    made = writer.snapshot([writer.slot(number) for number in range(1, slots + 1)], version=1, parent=None)
    contents = [
        writer.encode(writer.finished({**made, "version": version, "parent": version - 1 or None}, keep_agreement=True))
        for version in range(1, versions + 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ring.json"
        writer.publish(path, contents[0])
        with LiveRing(path, "sessions", poll=0.02) as live:

            def publish(part):
                start = time.perf_counter()
                for number, data in enumerate(part, 1):
                    writer.publish(path, data)
                    time.sleep(max(0.0, start + number / rate - time.perf_counter()))

            quiet, busy = Tally(), Tally()
            # They take turns, so that what else goes on in the machine weighs on both.
            for turn in range(TURNS):
                part = contents[turn * versions // TURNS : (turn + 1) * versions // TURNS]
                quiet += look_ups(live, threads, lambda part=part: time.sleep(len(part) / rate / 2))
                busy += look_ups(live, threads, lambda part=part: publish(part))
            state = live.state
    print(
        f"{versions} versions at {rate} a second, {threads} threads: {busy.rate:,.0f} look-ups a second, "
        f"{busy.rate / quiet.rate:.2f} of {quiet.rate:,.0f} without; {state.loads} versions taken, "
        f"{state.failures} failures, {quiet.wrong + busy.wrong} wrong answers"
    )


class Tally:
    """Look-ups of all threads together, the seconds they took, and answers that no version gives."""

    def __init__(self, count=0, seconds=0.0, wrong=0):
        self.count, self.seconds, self.wrong = count, seconds, wrong

    def __iadd__(self, other):
        return Tally(self.count + other.count, self.seconds + other.seconds, self.wrong + other.wrong)

    @property
    def rate(self):
        return self.count / self.seconds


def look_ups(live, threads, meanwhile):
    """What all threads look up while something happens."""
    expected = [live.current.index(key) for key in KEYS[:64]]
    counts, wrong, done = [0] * threads, [0] * threads, threading.Event()

    def run(number):
        while not done.is_set():
            ring = live.current
            wrong[number] += [ring.index(key) for key in KEYS[:64]] != expected
            counts[number] += 64

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    meanwhile()
    done.set()
    for worker in workers:
        worker.join()
    return Tally(sum(counts), time.perf_counter() - start, sum(wrong))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("versions", 1000), ("rate", 20), ("threads", 8), ("slots", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    print("numpy", "in use" if placements.numpy else "not installed")
    for slots in (3, 100, 1000):
        loading(slots)
    signing()
    polling(arguments.slots)
    for slots in (100, 1000):
        building(slots)
    looking_up(arguments.slots)
    reloading(arguments.versions, arguments.rate, arguments.threads, arguments.slots)


if __name__ == "__main__":
    main()
