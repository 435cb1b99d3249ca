"""Runs a command as on a terminal, and keeps what a person would have seen."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

# Whoever runs the tests may have a terminal that draws nothing.
ENVIRONMENT = {**os.environ, "TERM": "xterm"}


def read_to_the_end(main, seeing=lambda shown: None):
    """Reads what is shown on a terminal until nobody has it open any more, and closes its other end."""
    shown = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
        seeing(shown.decode(errors="replace"))
    os.close(main)
    return shown


def on_a_terminal(*command, columns=80, whole=False, seeing=lambda shown: None, env=ENVIRONMENT):
    """Runs a command whose standard error is a terminal, and with `whole` its standard output as well.

    `seeing` is called with all that was shown so far, whenever there is more. Returns the status, the output where it is no
    part of what was shown, and what was shown.
    """
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    output = terminal if whole else subprocess.PIPE
    process = subprocess.Popen(command, stdout=output, stderr=terminal, stdin=subprocess.DEVNULL, env=env)
    os.close(terminal)
    shown = read_to_the_end(main, seeing)
    return process.wait(30), "" if whole else process.stdout.read().decode(), shown.decode()
