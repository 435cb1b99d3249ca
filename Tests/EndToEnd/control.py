"""A client of the control socket: one connection that stays open, since a process a change is too slow for thousands."""

import http.client
import json
import socket


class Control:
    """Speaks HTTP to ringd over its Unix socket."""

    def __init__(self, path):
        self.path = str(path)
        self.connection = http.client.HTTPConnection("ringd", timeout=60)

    def __enter__(self):
        self.connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.sock.settimeout(60)
        self.connection.sock.connect(self.path)
        return self

    def __exit__(self, *_):
        self.connection.close()

    def exchange(self, method, path, body=None):
        self.connection.request(method, path, body, {"Host": "localhost"})
        answer = self.connection.getresponse()
        raw = answer.read()
        assert answer.status == 200, f"{method} {path}: {answer.status} {raw[:500]}"
        return raw

    def get(self, path):
        """The bytes of an answer."""
        return self.exchange("GET", path)

    def change(self, **members):
        """Makes a change, and returns what it did."""
        return json.loads(self.exchange("POST", "/v1/changes", json.dumps(members)))
