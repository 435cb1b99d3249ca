"""Times the questions that people ask of a long history, whole commands as they are typed, against the bar of 50 ms.

    python Tests/EndToEnd/measure_history.py DATA_DIRECTORY

The directory is one that history.py filled; RINGD_BINARIES names the programs.
"""

import random
import statistics
import sys
import time

from fleet import Ringd, wait_until

BAR = 50
ROUNDS = 21


def main(data):
    daemon = Ringd(data).start(600)
    try:
        newest = daemon.json("status")["pools"][0]["version"]
        # Nobody answers for the servers of a made-up history: first ringd finds out, with ten probes of each a second.
        counts = lambda: daemon.json("status")["pools"][0]["nodes"]
        wait_until(lambda: (seen := counts())["down"] == seen["total"], 120, "every server is known to be down")
        rng = random.Random(3)
        first = daemon.json("node", "list")["nodes"][0]
        node, label = first["name"], first["label"]

        def some():
            return str(rng.randrange(1, newest))

        questions = {
            "ring show --version V": lambda: ["ring", "show", "--version", some()],
            "ring show --at T": lambda: ["ring", "show", "--at", f"{rng.randrange(1, 8000)}h ago"],
            "ring diff V V": lambda: ["ring", "diff", "2", str(newest - 1)],
            "ring history --limit 20": lambda: ["ring", "history", "--limit", "20"],
            "audit availability --since 30d": lambda: ["audit", "availability", "--since", "30d"],
            "why NODE": lambda: ["why", node],
            "why SLOT": lambda: ["why", label],
        }
        for name, arguments in questions.items():
            times = []
            for _ in range(ROUNDS):
                words = arguments()
                began = time.perf_counter()
                daemon.ctl(*words)
                times.append((time.perf_counter() - began) * 1000)
            median = statistics.median(times)
            verdict = "ok" if median < BAR else f"not reached: {median / BAR:.1f} x"
            print(f"{name:32} median {median:6.1f} ms  slowest {max(times):6.1f} ms  {verdict}")
    finally:
        daemon.stop(60)


if __name__ == "__main__":
    main(sys.argv[1])
