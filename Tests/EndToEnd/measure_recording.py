"""Measures ringd with ten thousand nodes that it probes once a second and that are all well.

    python Tests/EndToEnd/measure_recording.py [SECONDS]

One memcached answers under ten thousand addresses of the loopback network, in a network namespace of this program's own.
RINGD_BINARIES names the programs.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fleet import Ringd, wait_until

NODES = 10_000
PORT = 11211
RUNS_A_DAY = 24
ENTERED = "RINGD_MEASURE_NAMESPACE"


def enter_namespace():
    """Starts this program anew where its wildcard address reaches nobody else."""
    if os.environ.get(ENTERED):
        return
    os.environ[ENTERED] = "1"
    words = ["unshare", "--net"] + (["--map-root-user"] if os.geteuid() else [])
    os.execvp(words[0], [*words, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


def addresses():
    for index in range(NODES):
        yield f"127.{1 + index // 62500}.{index // 250 % 250}.{1 + index % 250}"


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def size(database):
    """The bytes of the table of probe runs with its indexes, and its rows."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT count(*) FROM probe_run").fetchone()[0]
        query = "SELECT name, tbl_name FROM sqlite_master WHERE tbl_name = 'probe_run'"
        names = [name for name, _ in connection.execute(query)]
    finally:
        connection.close()
    quoted = ", ".join(f"'{name}'" for name in names)
    script = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({quoted})"
    answer = subprocess.run(["sqlite3", database, script], capture_output=True, text=True, check=True)
    return int(answer.stdout), rows


def main(seconds):
    enter_namespace()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    command = ["memcached", "-l", "0.0.0.0", "-p", str(PORT), "-c", str(NODES + 100), "-m", "64", "-t", "1", "-b", "4096"]
    memcached = subprocess.Popen(command + (["-u", "nobody"] if os.geteuid() == 0 else []))
    with tempfile.TemporaryDirectory(prefix="ringd-measure-") as directory:
        daemon = Ringd(Path(directory) / "data").start()
        try:
            roster = Path(directory) / "nodes.toml"
            lines = [f'[[node]]\nname = "n{i}"\naddress = "{a}:{PORT}"\n' for i, a in enumerate(addresses(), 1)]
            roster.write_text('pool = "default"\n' + "\n".join(lines))
            began = time.monotonic()
            print(daemon.ctl("apply", "-f", roster, "-y").stdout.splitlines()[-1])
            up = lambda: daemon.json("status")["pools"][0]["nodes"]["up"] == NODES
            wait_until(up, 120, "every node is up")
            print(f"{NODES} nodes in the ring after {time.monotonic() - began:.1f} s")
            pid = daemon.process.pid
            time.sleep(10)
            before, start = cpu_seconds(pid), time.monotonic()
            time.sleep(seconds)
            share = (cpu_seconds(pid) - before) / (time.monotonic() - start)
            print(f"ringd as a whole: {100 * share:.1f} % of a core, {resident_megabytes(pid):.1f} MB resident")
        finally:
            daemon.stop(60)
            memcached.kill()
            memcached.wait()
        # The end of the process closes the run of each node: as many rows as an hour writes.
        bytes_, rows = size(daemon.data / "ringd.db")
        day = bytes_ / rows * NODES * RUNS_A_DAY / 1e6
        print(f"{rows} probe runs take {bytes_ / rows:.0f} bytes each: {day:.1f} MB a day while all is well (bar: 50)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
