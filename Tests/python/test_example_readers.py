"""The example readers in other languages, written from the specification alone, place every key as everybody does."""

import os
import re
import shutil
import subprocess
import sys

import kit
import pytest

READERS = {
    "node": ["node", "ring_reader.js"],
    "ruby": ["ruby", "ring_reader.rb"],
    "php": ["php", "ring_reader.php"],
    "java": None,
    "go": None,
}
GSON = "/usr/share/java/gson.jar"
DOCUMENT = kit.HERE.parents[1] / "Sources" / "RingSnapshots" / "Documentation.docc" / "ExampleReaders.md"
RINGS = [ring for ring in kit.rings() if ring[1] == "pinned-ketama"]

# What a general JSON library refuses or a check of the example catches; the rest of the kit is for whole clients.
REFUSED = (
    "empty",
    "truncated-in-half",
    "overwritten-in-place-by-a-shorter-one",
    "html",
    "format-2",
    "other-pool",
    "no-slots",
    "weight-changed",
    "state-changed",
    "slots-in-another-order",
    "agreement-wrong",
    "agreement-of-another-ring",
    "unknown-dialect",
    "directory",
    "deleted",
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles the reader of a language once, and gives the command that runs it."""

    def run(language, *command):
        if not shutil.which(command[0]):
            pytest.skip(f"{language} is not installed")
        environment = {**os.environ, "GOCACHE": str(kit.HERE.parents[1] / ".build" / "go"), "GO111MODULE": "off"}
        subprocess.run([str(part) for part in command], check=True, env=environment, timeout=300)

    def command(language):
        if language not in commands:
            if language == "go":
                run(language, "go", "build", "-o", folder / "reader", kit.HERE / "readers" / "ring_reader.go")
                commands[language] = [str(folder / "reader")]
            else:
                run(language, "javac", "-cp", GSON, "-d", folder, kit.HERE / "readers" / "RingReader.java")
                commands[language] = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{GSON}:{folder}", "RingReader"]
        return commands[language]

    folder = tmp_path_factory.mktemp("compiled")
    commands = {}
    return command


@pytest.fixture(params=READERS)
def reader(request):
    language = request.param
    if READERS[language] is None:
        command = request.getfixturevalue("compiled")(language)
    elif not shutil.which(language):
        pytest.skip(f"{language} is not installed")
    else:
        command = [*READERS[language][:-1], str(kit.HERE / "readers" / READERS[language][-1])]

    def run(path, keys=b""):
        return subprocess.run([*command, str(path), "sessions"], input=keys, capture_output=True, timeout=120)

    return run


@pytest.mark.parametrize("name, dialect, path, keys, owners", RINGS, ids=[ring[0] for ring in RINGS])
def test_places_ten_thousand_keys(reader, name, dialect, path, keys, owners):
    done = reader(path, b"".join(key + b"\n" for key in keys))
    assert done.returncode == 0, done.stderr.decode()
    assert [int(line) for line in done.stdout.split()] == owners


def test_refuses_what_must_not_be_taken(reader, tmp_path):
    cases = {case["name"]: case for case in kit.cases()}
    for name in REFUSED:
        path = tmp_path / name
        kit.put(cases[name], path)
        done = reader(path)
        assert done.returncode != 0, f"{name} was taken"
        assert done.stderr.strip(), f"{name} was refused without a reason"


def test_takes_what_must_be_taken(reader, tmp_path):
    cases = {case["name"]: case for case in kit.cases()}
    names = ("first-version", "ramping-slot", "unix-socket", "ipv6", "label-in-utf-8", "escapes", "unknown-members")
    for name in (*names, "one-line", "null-for-absent", "signed", "continuum", "symlink"):
        path = tmp_path / name
        kit.put(cases[name], path)
        done = reader(path, b"user:1\n")
        assert done.returncode == 0, f"{name}: {done.stderr.decode()}"


def test_the_thin_reader_looks_ten_thousand_keys_up(tmp_path):
    import snapshot_writer as writer

    made = [ring for ring in RINGS if ring[0] == "hundred"]
    for name, _, path, keys, owners in made:
        arrays = tmp_path / name
        arrays.write_bytes(writer.encode(writer.with_continuum(json_of(path))))
        done = subprocess.run(
            [sys.executable, kit.HERE / "readers" / "thin_reader.py", arrays, "sessions"],
            input=b"".join(key + b"\n" for key in keys),
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        assert [int(line) for line in done.stdout.split()] == owners


def json_of(path):
    import json

    return json.loads(path.read_bytes())


def lines_of_code(text):
    """Without imports, comments, empty lines and lines that only close something."""
    text = re.sub(r"import \(.*?\)\n", "", text, flags=re.DOTALL)
    nothing = re.compile(r"\s*([})\];,]*|end|(//|#|/\*\*).*|import .*)")
    return [line for line in text.splitlines() if not nothing.fullmatch(line)]


@pytest.mark.parametrize("file", sorted(path.name for path in (kit.HERE / "readers").iterdir() if path.is_file()))
def test_the_documentation_shows_sixty_lines_that_are_tested(file):
    text = (kit.HERE / "readers" / file).read_text()
    assert f"\n{text.rstrip()}\n```\n" in DOCUMENT.read_text(), (
        "the page shows another program than the one that is tested"
    )
    assert len(lines_of_code(text)) <= 60
    assert all(len(line) <= 122 for line in text.splitlines())


def test_the_specification_names_every_reason():
    page = (DOCUMENT.parent / "SnapshotFormat1.md").read_text()
    for reason in {case["reason"] for case in kit.cases()} - {"new"}:
        assert f"`{reason}`" in page, reason
