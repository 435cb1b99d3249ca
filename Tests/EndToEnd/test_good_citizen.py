"""How ringd behaves towards what starts it: the notify protocol, signals, the configuration, the logs, the unit."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from fleet import BINARIES, ROOT, Ringd, free_port, read_snapshot, wait_until
from terminal import on_a_terminal, read_to_the_end


class Supervisor:
    """What systemd is to a service: a datagram socket that is told how it goes."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name)
        self.heard = []

    def listen(self, seconds):
        """Gathers what comes within the time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                break
            self.heard.append(self.socket.recv(4096).decode())

    def expect(self, message, within=10):
        """Waits for a message that begins so, takes it out of those heard and returns it."""
        end = time.monotonic() + within
        while True:
            for index, heard in enumerate(self.heard):
                if heard.startswith(message):
                    return self.heard.pop(index)
            assert time.monotonic() < end, f"no {message} in {within} s, but {self.heard}"
            self.listen(0.1)


def environment(**variables):
    return {**os.environ, **{name: str(value) for name, value in variables.items()}}


class SupervisedRingd(Ringd):
    """The daemon with other variables in its environment."""

    def __init__(self, data, *options, **variables):
        super().__init__(data, *options)
        self.variables = variables

    def spawn(self):
        command = [BINARIES / "ringd", "--data", self.data, *self.options]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment(**self.variables)
        )

    def log_lines(self):
        return [json.loads(line) for line in self.log_text().splitlines()]

    def logged(self, event):
        return [line for line in self.log_lines() if line.get("event") == event]


@pytest.fixture
def daemons():
    made = []

    def make(*arguments, **variables):
        made.append(SupervisedRingd(*arguments, **variables))
        return made[-1]

    yield make
    for daemon in made:
        daemon.stop()


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_supervisor_hears_that_it_is_ready_alive_and_stopping(tmp_path, daemons, kind):
    path = str(tmp_path / "notify")
    name, address = (path, path) if kind == "path" else (f"@ringd-{os.getpid()}", f"\0ringd-{os.getpid()}")
    supervisor = Supervisor(address)
    daemon = daemons(tmp_path / "data", NOTIFY_SOCKET=name, WATCHDOG_USEC=600_000).start()
    supervisor.expect("READY=1")
    supervisor.expect("STATUS=no pools yet")
    for _ in range(5):
        supervisor.expect("WATCHDOG=1", within=5)
    daemon.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
    supervisor.expect("STATUS=default version 1", within=10)
    daemon.process.terminate()
    supervisor.expect("STOPPING=1")
    assert daemon.process.wait(5) == 0


def test_a_loop_that_hangs_is_not_spoken_for(tmp_path, daemons):
    supervisor = Supervisor(str(tmp_path / "notify"))
    daemon = daemons(tmp_path / "data", NOTIFY_SOCKET=tmp_path / "notify", WATCHDOG_USEC=300_000).start()
    supervisor.expect("WATCHDOG=1")
    daemon.process.send_signal(signal.SIGSTOP)
    supervisor.listen(0.3)
    supervisor.heard.clear()
    supervisor.listen(1)
    assert supervisor.heard == []
    daemon.process.send_signal(signal.SIGCONT)
    supervisor.expect("WATCHDOG=1")


def test_a_watchdog_of_another_process_is_not_fed(tmp_path, daemons):
    supervisor = Supervisor(str(tmp_path / "notify"))
    daemons(tmp_path / "data", NOTIFY_SOCKET=tmp_path / "notify", WATCHDOG_USEC=300_000, WATCHDOG_PID=1).start()
    supervisor.expect("READY=1")
    supervisor.listen(1)
    assert "WATCHDOG=1" not in supervisor.heard


def test_sigterm_ends_it_within_five_seconds_however_many_connections_are_open(tmp_path, daemons, servers):
    port = free_port()
    daemon = daemons(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    for number, server in enumerate(servers(2), 1):
        daemon.ctl("node", "add", f"cache-{number}", server.address, "-y")
    idle = []
    for _ in range(20):
        idle.append(socket.create_connection(("127.0.0.1", port)))
        control = socket.socket(socket.AF_UNIX)
        control.connect(str(daemon.socket))
        idle.append(control)
    idle[0].sendall(b"GET /v1/pools HTTP/1.1\r\nHost: localhost\r\n")
    begin = time.monotonic()
    daemon.process.terminate()
    assert daemon.process.wait(8) == 0
    assert time.monotonic() - begin < 5
    assert not daemon.socket.exists()
    for connection in idle:
        connection.close()


# MARK: SIGHUP


def reload(daemon):
    """Sends SIGHUP; returns what the daemon logged about it."""
    events = ("config.reloaded", "config.refused", "config.unchanged")

    def all_of_them():
        return [line for line in daemon.log_lines() if line.get("event") in events]

    before = len(all_of_them())
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: len(all_of_them()) > before, 10, "SIGHUP is answered in the log")
    return all_of_them()[before]


def test_sighup_takes_the_whole_file_or_nothing(tmp_path, daemons):
    supervisor = Supervisor(str(tmp_path / "notify"))
    config = tmp_path / "ringd.toml"
    config.write_text('log-level = "critical"\n')
    daemon = daemons(tmp_path / "data", "--config", config, NOTIFY_SOCKET=tmp_path / "notify").start()
    supervisor.expect("READY=1")

    # At the level before, nothing of this would be logged.
    config.write_text('log-level = "notice"\nlog-format = "json"\n')
    assert reload(daemon)["changed"] == "log-level, log-format"
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", supervisor.expect("RELOADING=1"))
    supervisor.expect("READY=1")
    daemon.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")

    # One key needs a restart: nothing is taken, the level neither.
    config.write_text('log-level = "error"\nlog-format = "json"\nhttp = "127.0.0.1:1"\n')
    refused = reload(daemon)
    assert refused["restart"] == "http" and refused["changed"] == "http, log-level"
    assert "http" in supervisor.expect("STATUS=configuration not taken")

    config.write_text('log-level = "error"\nlog-fromat = "json"\n')
    refused = reload(daemon)
    assert refused["place"] == f"{config}:2:1" and refused["hint"] == "did you mean 'log-format'?"

    config.unlink()
    assert "cannot be read" in reload(daemon)["problem"]
    config.write_text('log-level = "notice"\nlog-format = "json"\n')
    assert reload(daemon)["msg"].endswith("nothing changed")
    assert daemon.json("status")["pools"][0]["version"] == 1


# MARK: The configuration


@pytest.mark.parametrize(
    "text, said",
    [
        ('data = "x"\n  dta = "y"\n', ":2:3: 'dta' is not a key\n  did you mean 'data'?"),
        ("http = 80\n", ":1:8: 'http' is a number, not a text\n  write its value in quotes"),
        ('log-level = "lodu"\n', ":1:13: log-level: 'lodu' is not known"),
        ('data = "x\n', ":1:"),
        ('data = "a"\ndata = "b"\n', ":2:"),
    ],
)
def test_a_bad_configuration_is_refused_with_line_and_column(tmp_path, text, said):
    config = tmp_path / "ringd.toml"
    config.write_text(text)
    result = subprocess.run([BINARIES / "ringd", "check-config", "--config", config], capture_output=True, text=True)
    assert result.returncode == 78
    assert f"{config}{said}" in result.stderr


def test_a_configuration_that_is_a_directory_is_refused(tmp_path):
    result = subprocess.run([BINARIES / "ringd", "check-config", "--config", tmp_path], capture_output=True, text=True)
    assert result.returncode == 78
    assert result.stderr == f"ringd: {tmp_path}: is a directory\n  name the file in it\n"


def test_check_config_starts_nothing(tmp_path):
    command = [BINARIES / "ringd", "check-config", "--config", ROOT / "Config" / "ringd.toml"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert result.returncode == 0 and result.stdout.startswith("configuration is good")
    assert list(tmp_path.iterdir()) == []


def test_migrate_brings_the_database_up_and_starts_nothing(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    result = subprocess.run([BINARIES / "ringd", "migrate", "--data", data], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(rf"{data}/ringd\.db is at V\d{{4}}__\w+\n", result.stdout)
    assert not (data / "snapshots").exists()
    daemon = Ringd(data).start()
    result = subprocess.run([BINARIES / "ringd", "migrate", "--data", data], capture_output=True, text=True)
    assert result.returncode == 75 and str(daemon.process.pid) in result.stderr
    assert daemon.stop() == 0


def test_a_restore_shows_its_progress_on_a_terminal_and_nothing_in_a_pipe(tmp_path, ringd):
    ringd.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
    copy = tmp_path / "copy.db"
    ringd.ctl("db", "backup", copy)
    ringd.stop()
    command = [BINARIES / "ringd", "restore", copy, "--data", ringd.data]
    status, output, shown = on_a_terminal(*command)
    assert status == 0 and output.startswith(f"restored {ringd.data}/ringd.db"), shown
    lines = shown.split("\r")
    assert re.match(r"copying \[#{24}\]  100 %  \d\.\d MB", lines[1]), shown
    assert lines[2].startswith("checking every page of the copy, ") and lines[3].startswith("giving the pools")
    # The line is taken away again.
    assert lines[-1] == "\x1b[K"
    piped = subprocess.run(command, capture_output=True, text=True)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert "\r" not in piped.stdout


# MARK: The logs


def test_logs_are_json_in_a_pipe_and_readable_on_a_terminal(tmp_path, daemons):
    daemon = daemons(tmp_path / "piped", "--log-level", "info").start()
    for line in daemon.log_lines():
        assert {"ts", "level", "msg"} <= line.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["ts"])

    main, terminal = pty.openpty()
    command = [BINARIES / "ringd", "--data", tmp_path / "shown", "--log-level", "info"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, text=True)
    os.close(terminal)
    assert process.stdout.readline().startswith("ringd ready")
    process.terminate()
    assert process.wait(8) == 0
    lines = read_to_the_end(main).decode().splitlines()
    assert lines and all(re.match(r"\d{4}-\d\d-\d\dT\S+Z (info|notice) ", line) for line in lines), lines


# MARK: The agent


def test_the_agent_keeps_the_same_file_over_http(tmp_path, daemons):
    port = free_port()
    daemon = daemons(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    daemon.ctl("node", "add", "cache-1", "127.0.0.1:1", "--now", "-y")
    copy = tmp_path / "ring.json"
    command = [BINARIES / "ringd", "agent", "--from", f"http://127.0.0.1:{port}", "--to", copy, "--every", "200ms"]
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert agent.stdout.readline() == "ringd agent wrote pool=default version=1\n"
        assert copy.read_bytes() == daemon.ring_path().read_bytes()
        daemon.ctl("node", "add", "cache-2", "127.0.0.1:2", "--now", "-y")
        assert agent.stdout.readline() == "ringd agent wrote pool=default version=2\n"
        assert copy.read_bytes() == daemon.ring_path().read_bytes()

        # Away, and back with the same history: the file stays meanwhile, and goes on afterwards.
        assert daemon.stop() == 0
        daemon.start()
        assert read_snapshot(copy)["version"] == 2
        daemon.ctl("node", "add", "cache-3", "127.0.0.1:3", "--now", "-y")
        assert agent.stdout.readline() == "ringd agent wrote pool=default version=3\n"
        agent.terminate()
        assert agent.wait(5) == 0
        assert list(tmp_path.glob(".ringd-*")) == []
    finally:
        agent.kill()


def test_an_agent_never_writes_an_older_version(tmp_path, daemons):
    port = free_port()
    first = daemons(tmp_path / "first", "--http", f"127.0.0.1:{port}").start()
    copy = tmp_path / "ring.json"
    for number in range(1, 4):
        first.ctl("node", "add", f"cache-{number}", f"127.0.0.1:{number}", "--now", "-y")
    command = [BINARIES / "ringd", "agent", "--from", f"http://127.0.0.1:{port}", "--to", copy, "--every", "200ms"]
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert agent.stdout.readline() == "ringd agent wrote pool=default version=3\n"
        first.stop()
        # A ringd without that history at the same place.
        second = daemons(tmp_path / "second", "--http", f"127.0.0.1:{port}").start()
        second.ctl("node", "add", "other", "127.0.0.1:9", "--now", "-y")
        said = ""
        while "older than version 3" not in said:
            said = agent.stderr.readline()
            assert said
        assert read_snapshot(copy)["version"] == 3
    finally:
        agent.kill()


@pytest.mark.parametrize(
    "flags, said",
    [
        (["--from", "10.0.0.5:9811", "--to", "x"], "write it as http://10.0.0.5:9811"),
        (["--from", "http://127.0.0.1:1", "--to", "/"], "names no file"),
        (["--from", "http://127.0.0.1:1", "--to", "/nowhere/ring.json"], "/nowhere"),
        (["--from", "http://127.0.0.1:1", "--to", "x", "--every", "1ms"], "use 200ms to 1m"),
    ],
)
def test_an_agent_with_wrong_flags_does_not_start(tmp_path, flags, said):
    result = subprocess.run([BINARIES / "ringd", "agent", *flags], capture_output=True, text=True, cwd=tmp_path, timeout=10)
    assert result.returncode in (73, 78) and said in result.stderr, result.stderr


# MARK: The unit


def test_the_unit_is_in_order_and_hardened(tmp_path):
    unit = (ROOT / "Config" / "ringd.service").read_text()
    (tmp_path / "ringd.service").write_text(unit.replace("/usr/bin/ringd", str(BINARIES / "ringd")))
    command = ["systemd-analyze", "verify", "--man=no", tmp_path / "ringd.service"]
    verified = subprocess.run(command, capture_output=True, text=True)
    assert (verified.stdout, verified.stderr) == ("", "")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", ROOT / "Config" / "ringd.service"]
    security = subprocess.run(command, capture_output=True, text=True)
    assert security.returncode == 0, security.stdout[-2000:]
