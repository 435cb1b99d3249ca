"""Every command in the documentation is run, in its order, on real servers, and has to say what stands below it.

A block of ```console is a session: lines with '$ ' are typed, the others must appear in what comes back. Figures,
ages and times may be others, and '…' stands for anything. '# exit status N' behind a command is what it ends with.
A comment '<!-- run: … -->' is typed as well, and not shown to readers. Ports are exchanged for free ones. In a block of
```sh only what begins with ringctl is typed: the rest is for the reader's own machine.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fleet import BINARIES, ROOT, free_port

ARTICLES = ROOT / "Sources" / "RingDaemon" / "Documentation.docc"
DOCUMENTS = [ROOT / "README.md", ARTICLES / "Operating.md", ARTICLES / "Runbook.md", ARTICLES / "Migrating.md"]
# What only looks may be asked again until it shows what is expected: servers need their seconds.
LOOKS = ("ringctl status", "ringctl events", "ringctl why", "ringctl check", "ringctl doctor", "sqlite3", "python3", "ringctl audit", "curl")
MEMCACHED = """#!/bin/bash
# In the place of memcached -d: the test has to find every server again. Root needs -u.
arguments=() pidfile=/dev/null
while (($#)); do
    case $1 in
        -d) ;;
        -P) pidfile=$2; shift ;;
        *) arguments+=("$1") ;;
    esac
    shift
done
((EUID)) || arguments+=(-u nobody)
PATH=${PATH#*:} setsid memcached "${arguments[@]}" >/dev/null 2>&1 9>&- &
echo $! | tee -a "$SERVERS" >"$pidfile"
"""


def sessions(path):
    """The commands of a document with what is expected of each: (command, lines)."""
    text = path.read_text()
    steps = []
    for match in re.finditer(r"^<!-- run: (.*?) -->$|^```console\n(.*?)^```$|^```sh\n(.*?)^```$", text, re.M | re.S):
        hidden, block, plain = match.groups()
        if hidden:
            steps.append((hidden, []))
            continue
        if plain:
            lines = [line for line in plain.splitlines() if line.startswith("ringctl ")]
            # What stays until it is interrupted is interrupted.
            stays = r"(ringctl .*?--(?:watch|follow)\b)"
            steps += [(re.sub(stays, r"timeout --preserve-status --signal INT 2 \1", line), []) for line in lines]
            continue
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.rstrip("\n").split("\n")
            count = 1
            while lines[count - 1].endswith("\\"):
                count += 1
            here = re.search(r"<<'(\w+)'", lines[0])
            if here:
                count = lines.index(here.group(1)) + 1
            steps.append(("\n".join(lines[:count]), lines[count:]))
    return steps


def pattern(line):
    """What an expected line looks like with other figures, ages, spaces."""
    parts = []
    for word in line.split():
        parts.append(re.sub(r"\d+(?:\\\.\d+)*", r"[0-9.]+", re.escape(word).replace("…", ".*").replace(r"\-", "-")))
    return re.sub(r"\[0-9\.\]\+([smhd])\b", r"[0-9.]+[smhd]", r"\s+".join(parts))


class Shell:
    """One bash that keeps its variables, directory and jobs."""

    def __init__(self, room):
        tools = room / "tools"
        tools.mkdir()
        (tools / "memcached").write_text(MEMCACHED)
        (tools / "memcached").chmod(0o755)
        for program in ("ringd", "ringctl"):
            (tools / program).symlink_to(BINARIES / program)
        self.servers = room / "servers"
        self.servers.touch()
        self.output = room / "output"
        place = room / "place"
        place.mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RING")}
        environment |= {"PATH": f"{tools}:{os.environ['PATH']}", "SERVERS": str(self.servers)}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-m"],
            cwd=place,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=open(self.output, "wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.count = 0

    def run(self, command, within=90):
        """Types a command; returns its status and what is printed from its begin on."""
        begin = self.output.stat().st_size
        self.count += 1
        mark = f"__{self.count}__"
        self.process.stdin.write(f"{command}\nprintf '\\n{mark} %d\\n' $?\n".encode())
        self.process.stdin.flush()
        deadline = time.monotonic() + within
        while True:
            printed = self.output.read_bytes()[begin:].decode()
            ended = re.search(rf"\n{mark} (\d+)\n", printed)
            if ended:
                return int(ended.group(1)), lambda: re.sub(r"\n__\d+__ \d+\n", "\n", self.output.read_bytes()[begin:].decode())
            assert self.process.poll() is None and time.monotonic() < deadline, f"{command} does not end: {printed}"
            time.sleep(0.02)

    def close(self):
        pids = [int(pid) for pid in self.servers.read_text().split()]
        jobs, printed = self.run("kill $(jobs -p) 2>/dev/null; wait; true")
        self.process.stdin.close()
        self.process.wait(20)
        for pid in pids:
            try:
                if b"memcached" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                pass


def missing(expected, printed):
    return [line for line in expected if line.strip() and not re.search(pattern(line), printed)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_command_does_what_the_document_says(tmp_path, document):
    steps = sessions(document)
    assert len(steps) > 5
    ports = {}

    def exchange(text):
        return re.sub(r"\b21\d{3}\b", lambda match: str(ports.setdefault(match.group(), free_port())), text)

    shell = Shell(tmp_path)
    try:
        for command, expected in steps:
            # A port whose last digit is a variable needs neighbours: the loop is written out instead.
            command = re.sub(r"\b(21\d\d)\$n\b", lambda match: f"$(eval echo \\$port_{match.group(1)}$n)", command)
            for port in re.findall(r"\b21\d{3}\b", document.read_text()):
                exchange(port)
            setting = "".join(f"port_{port}={free} " for port, free in ports.items())
            wanted = int((re.search(r"# exit status (\d+)", command) or [0, "0"])[1])
            if command.startswith("timeout"):
                wanted = 130
            shell.run(setting)
            deadline = time.monotonic() + 30
            while True:
                status, printed = shell.run(exchange(command))
                expected_here = [exchange(line) for line in expected]
                if status == wanted and not missing(expected_here, printed()):
                    break
                is_look = command.startswith(LOOKS)
                # What runs in the background says so a little later.
                if status == wanted and (command.endswith("&") or is_look) or is_look:
                    if time.monotonic() < deadline:
                        time.sleep(0.3)
                        if command.endswith("&"):
                            while missing(expected_here, printed()) and time.monotonic() < deadline:
                                time.sleep(0.1)
                            assert not missing(expected_here, printed()), printed()
                            break
                        continue
                assert status == wanted, f"$ {command}\nended with {status}: {printed()}"
                assert not missing(expected_here, printed()), f"$ {command}\nlacks {missing(expected_here, printed())}: {printed()}"
    finally:
        shell.close()


def test_the_runbook_knows_every_alert():
    alerts = set(re.findall(r"alert: (\w+)", (ROOT / "Config" / "prometheus" / "ringd.rules.yml").read_text()))
    headings = set(re.findall(r"^## (Ring\w+)$", (ARTICLES / "Runbook.md").read_text(), re.M))
    assert alerts and alerts == headings
    # The short list beside the metrics names the same.
    watching = (ROOT / "Sources" / "RingServer" / "Documentation.docc" / "Watching.md").read_text()
    assert set(re.findall(r"`(Ring\w+)`", watching.split("## Alerts")[1])) == alerts


def leaves(command, path):
    inner = [c for c in command.get("subcommands") or [] if c["commandName"] != "help"]
    for other in inner:
        yield from leaves(other, [*path, other["commandName"]])
    if not inner:
        yield " ".join(path), command


@pytest.mark.parametrize("program", ["ringctl", "ringd"])
def test_every_command_says_what_it_is_for_and_gives_an_example(program):
    dumped = subprocess.run([BINARIES / program, "--experimental-dump-help"], capture_output=True, text=True, check=True)
    for name, command in leaves(json.loads(dumped.stdout)["command"], [program]):
        assert command.get("abstract"), name
        assert "Example" in (command.get("discussion") or ""), f"'{name}' has no example"
