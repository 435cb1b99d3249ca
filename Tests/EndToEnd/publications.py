"""Applications that follow a ring in processes of their own, and how soon after publication they route by a version."""

import json
import subprocess
import threading
import time

from fleet import wait_until

STEP = 0.002


class Publications:
    """Watches a snapshot until `stop`: when each version came, and when this thread was woken later than it asked for.

    An application is woken no earlier than the machine allows. What this thread lost between a publication and its
    adoption is therefore taken off: a bound on what is left is one on the client, and not on its neighbours.
    """

    def __init__(self, path):
        self.path = path
        self.at = {}
        self.late = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        last = None
        due = time.time()
        while not self.over.is_set():
            now = time.time()
            if now - due > STEP:
                self.late.append((due, now))
            try:
                status = self.path.stat()
                if (status.st_ino, status.st_mtime_ns) != last:
                    last = status.st_ino, status.st_mtime_ns
                    self.at.setdefault(json.loads(self.path.read_bytes())["version"], now)
            except FileNotFoundError:
                pass
            due = time.time() + STEP
            time.sleep(STEP)

    def stop(self):
        self.over.set()
        self.thread.join()

    def delays(self, adopted):
        """Seconds from the publication of each version to its adoption, as pairs: by the clock, and of the client alone.

        `adopted` has the time of each version. The first of them was there before.
        """
        first = min(adopted)
        return {
            version: (at - self.at[version], at - self.at[version] - self.lost(self.at[version], at))
            for version, at in adopted.items()
            if version != first and version in self.at
        }

    def lost(self, begin, end):
        return sum(max(0.0, min(end, to) - max(begin, since)) for since, to in self.late)


class Application:
    """A process that writes and reads until its standard input ends.

    It tells each version that it adopts, the one it begins with too, and in the end how it went: lines of JSON.
    """

    def __init__(self, command, path):
        self.publications = Publications(path)
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.adopted = {}
        self.summary = None
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            if "version" in told:
                self.adopted[told["version"]] = told["at"] / 1e9
            else:
                self.summary = told

    def wait_for(self, version):
        """Waits until it uses that version, or one that came so soon afterwards that a poll saw only that."""
        wait_until(
            lambda: max(self.adopted, default=0) >= version or self.process.poll() is not None,
            30,
            f"the application uses version {version}",
        )
        assert self.process.poll() is None, "the application has ended"

    def finish(self):
        self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.reader.join(10)
        self.publications.stop()
        assert self.summary is not None
        return self.summary

    def stop(self):
        """Ends what is left of it."""
        self.publications.stop()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(10)

    def delays(self):
        return self.publications.delays(self.adopted)
