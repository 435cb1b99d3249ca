"""The API over TCP against its own document: every route, every answer, and what is not in the document is not answered."""

import json
import re
import threading
import time
import urllib.error
import urllib.request

import jsonschema
import pytest

from fleet import Ringd, free_port, read_snapshot, wait_until


@pytest.fixture
def api(tmp_path, servers):
    """A daemon that has lived a little, served over TCP."""
    port = free_port()
    ringd = Ringd(tmp_path / "data", "--http", f"127.0.0.1:{port}").start()
    ringd.url = f"http://127.0.0.1:{port}"
    made = servers(3)
    for number, server in enumerate(made, 1):
        ringd.ctl("node", "add", f"cache-{number}", server.address, "-y", "-m", "first servers")
    ringd.ctl("node", "set", "cache-1", "weight=50", "-y", "-m", "smaller")
    ringd.ctl("node", "eject", "cache-3", "-y", "-m", "new kernel")
    yield ringd
    ringd.stop()


def get(url, headers=None):
    """The status, the headers and the body of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=90) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def closed(schema, whole):
    """The schema with every object closed, so that a member that is not documented is found."""
    if isinstance(schema, list):
        return [closed(part, whole) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return closed(whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], whole)
    schema = {key: closed(value, whole) for key, value in schema.items()}
    if "properties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


VALUES = {"pool": "default", "node": "cache-1", "version": "2", "from": "1", "to": "4", "since": "1", "name": "cache-3", "remove": "cache-2"}


def test_every_route_answers_as_its_document_says(api):
    document = json.loads(get(f"{api.url}/openapi.json")[2])
    tried = 0
    for path, item in document["paths"].items():
        operation = item["get"]
        required = [p for p in operation["parameters"] if p["required"] and p["in"] == "query"]
        query = "&".join(f"{p['name']}={VALUES[p['name']]}" for p in required)
        if path.endswith("/stream"):
            continue
        url = api.url + re.sub(r"\{(\w+)\}", lambda match: VALUES[match[1]], path) + (f"?{query}" if query else "")
        status, headers, body = get(url)
        assert status == 200, f"{url}: {status} {body[:300]}"
        (kind, content), = operation["responses"]["200"]["content"].items()
        assert headers["Content-Type"].startswith(kind), url
        if kind == "application/json":
            jsonschema.Draft202012Validator(closed(content["schema"], document)).validate(json.loads(body))
        # A parameter that the document does not name is refused, and the refusal is as documented as the answer.
        status, _, body = get(url + ("&" if query else "?") + "strange=1")
        assert status == 400, url
        failure = document["components"]["schemas"]["Failure"]
        jsonschema.Draft202012Validator(closed(failure, document)).validate(json.loads(body))
        tried += 1
    assert tried >= 23


def test_every_parameter_of_the_document_is_known_to_the_route(api):
    document = json.loads(get(f"{api.url}/openapi.json")[2])
    for path, item in document["paths"].items():
        if path.endswith("/stream"):
            continue
        names = [p["name"] for p in item["get"]["parameters"] if p["in"] == "query"]
        route = api.url + re.sub(r"\{(\w+)\}", lambda match: VALUES[match[1]], path)
        for name in names:
            status, _, body = get(f"{route}?{name}=%01")
            assert b"is not a known parameter" not in body, f"{route} does not know {name}"
        hint = json.loads(get(f"{route}?strange=1")[2])["error"]["hint"]
        told = [] if "no parameters" in hint else hint.removeprefix("use ").split(", ")
        assert sorted(told) == sorted(names), f"{path} is documented with {names} and takes {told}"


def test_a_snapshot_is_waited_for(api):
    pool = f"{api.url}/v1/pools/default/snapshot"
    status, headers, body = get(pool)
    version = json.loads(body)["version"]
    assert get(pool, {"If-None-Match": headers["ETag"]})[0] == 304
    assert get(f"{pool}?after={version}&wait=100ms")[0] == 304
    found = {}

    def wait():
        found["answer"] = get(f"{pool}?after={version}&wait=30s")
        found["at"] = time.monotonic()

    waiter = threading.Thread(target=wait)
    waiter.start()
    wait_until(lambda: b'open_requests{kind="waiters"} 1' in get(f"{api.url}/metrics")[2], 10, "it waits")
    api.ctl("node", "set", "cache-2", "weight=70", "-y")
    changed = time.monotonic()
    waiter.join(30)
    assert found["answer"][0] == 200
    assert json.loads(found["answer"][2]) == read_snapshot(api.ring_path()), "what is told is what is on disk"
    assert json.loads(found["answer"][2])["version"] == version + 1
    assert found["at"] - changed < 2


def test_events_are_streamed_and_taken_up_again(api):
    with urllib.request.urlopen(f"{api.url}/v1/events/stream", timeout=30) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        api.ctl("node", "set", "cache-2", "weight=70", "-y", "-m", "CHG-1")
        frame = {}
        for line in stream:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name in ("id", "event", "data"):
                frame[name] = value
            if line == b"\n" and frame.get("event") == "event":
                break
        event = json.loads(frame["data"])
    assert event["reason"] == "CHG-1" and event["kind"] == "set" and str(event["event"]) == frame["id"]
    document = json.loads(get(f"{api.url}/openapi.json")[2])
    jsonschema.Draft202012Validator(closed(document["components"]["schemas"]["Event"], document)).validate(event)
    api.ctl("node", "set", "cache-2", "weight=80", "-y", "-m", "CHG-2")
    request = urllib.request.Request(f"{api.url}/v1/events/stream", headers={"Last-Event-ID": frame["id"]})
    with urllib.request.urlopen(request, timeout=30) as stream:
        data = next(line for line in stream if line.startswith(b"data: {\"event\""))
    assert json.loads(data[6:])["reason"] == "CHG-2"


def test_a_stop_does_not_wait_for_readers(api):
    streams = [urllib.request.urlopen(f"{api.url}/v1/events/stream", timeout=30) for _ in range(5)]
    begin = time.monotonic()
    assert api.stop() == 0
    assert time.monotonic() - begin < 5
    for stream in streams:
        stream.close()
