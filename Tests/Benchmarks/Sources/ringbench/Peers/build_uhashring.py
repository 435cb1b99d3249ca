"""What uhashring takes to build a ring of 1,000 nodes and to look up in one of 100: "name nanoseconds" a line."""
import time

import uhashring

nodes = {f"10.0.{i // 250}.{i % 250 + 1}:11211": 1 for i in range(1000)}
best = min(
    (lambda start: (uhashring.HashRing(nodes=nodes, hash_fn="ketama"), time.process_time_ns() - start)[1])(
        time.process_time_ns()
    )
    for _ in range(3)
)
ring = uhashring.HashRing(nodes=dict(list(nodes.items())[:100]), hash_fn="ketama")
keys = [f"key:{i:016d}" for i in range(20000)]
start = time.process_time_ns()
for key in keys:
    ring.get_node(key)
print("lookup-100", (time.process_time_ns() - start) / len(keys))
print("build-1000", best)
try:
    from importlib.metadata import version

    print("version", version("uhashring"))
except Exception:
    print("version unknown")
