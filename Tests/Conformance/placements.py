"""Ten thousand keys and the slot that owns each, on a few rings."""

import json

from good_cases import DIALECTS, of_dialect
from snapshot_writer import encode, owner_function, slot, snapshot

WORDS = ("user", "session", "views.decorators.cache", "img/thumb", "größe", "ключ", "商品")


def keys():
    made = [f"{WORDS[number % len(WORDS)]}:{number * 7919}" for number in range(9_990)]
    made += ["a", "k" * 250, "{tag}rest", "{}empty", "a{b}c{d}", "0", "-", "x" * 200 + "é", "😀", "~" * 16]
    return made


def rings():
    """Names and snapshots: pinned-ketama four times, because every language has it, and each other dialect once."""
    yield "three", snapshot([slot(1), slot(2), slot(3)])
    weights = (100, 50, 200, 1, 10_000, 75, 100, 100, 300, 100, 33, 100)
    ramped = [slot(number, weight=weight, port=11_211 + number) for number, weight in enumerate(weights, 1)]
    ramped[6] = {**ramped[6], "points": 16}
    ramped[8] = {**ramped[8], "state": "held"}
    yield "weighted", snapshot(ramped)
    yield "hundred", snapshot([slot(number) for number in range(1, 101)])
    names = [slot(1, label="serveur-é"), slot(2, label="服务器"), slot(3, host="/run/memcached.sock", port=None)]
    yield "labels", snapshot(names)
    for name, key_hash, weight, options in DIALECTS:
        yield name, of_dialect(name, key_hash, weight, options)


def add_to(kit):
    all_keys = keys()
    kit.write("placement/keys.txt", "".join(f"{key}\n" for key in all_keys).encode())
    listed = []
    for name, made in rings():
        owner = owner_function(made)
        owners = [owner(key.encode()) for key in all_keys]
        kit.write(f"placement/{name}.json", encode(made))
        kit.write(f"placement/{name}.owners.txt", "".join(f"{index}\n" for index in owners).encode())
        files = {"snapshot": f"placement/{name}.json", "owners": f"placement/{name}.owners.txt"}
        listed.append({"name": name, "dialect": made["dialect"]["name"], **files})
    rows = ",\n".join("  " + json.dumps(row) for row in listed)
    text = f'{{\n"format": 1,\n"pool": "sessions",\n"keys": "placement/keys.txt",\n"rings": [\n{rows}\n]\n}}\n'
    kit.write("placement.json", text.encode())
