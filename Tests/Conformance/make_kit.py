"""Makes the conformance kit: good and bad snapshots with the verdict on each, and placements to compare with.

    python3 Tests/Conformance/make_kit.py            writes everything beside this file
    python3 Tests/Conformance/make_kit.py --check    says whether what is there is what would be written

The same program gives the same bytes. It needs `cryptography` for the signatures. README.md says how to run the kit.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import bad_cases
import good_cases
import placements

HERE = Path(__file__).resolve().parent


class Kit:
    """Collects cases and writes their files."""

    def __init__(self, folder):
        self.folder = folder
        self.cases = []

    def add(self, name, verdict, reason, data=None, recipe=None, pool="sessions", current=None, keys=None, also=()):
        if any(case["name"] == name for case in self.cases):
            raise ValueError(f"two cases are called {name}")
        case = {"name": name}
        if data is not None:
            case["file"] = f"{'good' if verdict == 'adopt' else 'bad'}/{name}.json"
            self.write(case["file"], data)
        if recipe is not None:
            case["recipe"] = recipe
        case.update({"pool": pool, "current": current, "verdict": verdict, "reason": reason})
        if also:
            case["also"] = list(also)
        if keys:
            case["keys"] = keys
        self.cases.append(case)

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_kit(folder):
    kit = Kit(folder)
    good_cases.add_to(kit)
    bad_cases.add_to(kit)
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in kit.cases)
    kit.write("cases.json", f'{{\n"format": 1,\n"cases": [\n{lines}\n]\n}}\n'.encode())
    placements.add_to(kit)


def files_of(folder):
    kept = ("good", "bad", "placement")
    names = [
        path.relative_to(folder) for part in kept for path in sorted((folder / part).glob("**/*")) if path.is_file()
    ]
    return {str(name): (folder / name).read_bytes() for name in [*names, Path("cases.json"), Path("placement.json")]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    if arguments.check:
        with tempfile.TemporaryDirectory() as folder:
            write_kit(Path(folder))
            made, there = files_of(Path(folder)), files_of(HERE)
        wrong = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
        print("\n".join(f"differs: {name}" for name in wrong) or f"{len(made)} files are as made")
        return 1 if wrong else 0
    for part in ("good", "bad", "placement"):
        shutil.rmtree(HERE / part, ignore_errors=True)
    write_kit(HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
