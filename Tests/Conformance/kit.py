"""The cases of the kit, for a Python test: each with what has to be at the path of the snapshot."""

import json
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent


def cases():
    return json.loads((HERE / "cases.json").read_bytes())["cases"]


def rings():
    """Name, dialect, file of the snapshot, keys and owners of each ring of the placements."""
    placement = json.loads((HERE / "placement.json").read_bytes())
    keys = (HERE / placement["keys"]).read_bytes().split(b"\n")[:-1]
    for ring in placement["rings"]:
        owners = [int(line) for line in (HERE / ring["owners"]).read_text().split()]
        yield ring["name"], ring["dialect"], HERE / ring["snapshot"], keys, owners


def put(case, path):
    """Puts at `path` what the case is about: its file, or what its recipe makes."""
    path = Path(path)
    if "file" in case:
        path.write_bytes((HERE / case["file"]).read_bytes())
        return
    recipe = case["recipe"]
    kind = recipe["kind"]
    if kind == "symlink":
        path.symlink_to(HERE / recipe["to"])
    elif kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "unreadable":
        path.write_bytes((HERE / recipe["base"]).read_bytes())
        path.chmod(0)
    elif kind == "pad":
        path.write_bytes((HERE / recipe["base"]).read_bytes().ljust(recipe["bytes"]))
    elif kind == "repeat":
        items = (recipe["item"].replace("{i}", str(number)) for number in range(recipe["count"]))
        path.write_text(recipe["head"] + recipe["separator"].join(items) + recipe["tail"])
    elif kind != "missing":
        raise ValueError(f"unknown recipe {kind}")
