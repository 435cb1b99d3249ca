"""The example readers in other languages, written from the specification alone, place every key as everybody does."""

import os
import shutil
import subprocess

import kit
import pytest

READERS = {
    "node": ["node", "ring_reader.js"],
    "ruby": ["ruby", "ring_reader.rb"],
    "php": ["php", "ring_reader.php"],
    "java": None,
    "go": None,
}
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
        environment = {**os.environ, "GOCACHE": str(folder / "cache"), "GO111MODULE": "off"}
        subprocess.run([str(part) for part in command], check=True, env=environment, timeout=300)

    def command(language):
        if language not in commands:
            if language == "go":
                run(language, "go", "build", "-o", folder / "reader", kit.HERE / "readers" / "ring_reader.go")
                commands[language] = [str(folder / "reader")]
            else:
                run(language, "javac", "-d", folder, kit.HERE / "readers" / "RingReader.java")
                commands[language] = ["java", "-XX:TieredStopAtLevel=1", "-cp", str(folder), "RingReader"]
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
        assert done.returncode == 1, f"{name} was taken"
        assert done.stderr.strip(), f"{name} was refused without a reason"


def test_takes_what_must_be_taken(reader, tmp_path):
    cases = {case["name"]: case for case in kit.cases()}
    names = ("first-version", "ramping-slot", "unix-socket", "ipv6", "label-in-utf-8", "escapes", "unknown-members")
    for name in (*names, "one-line", "null-for-absent", "signed", "continuum", "symlink"):
        path = tmp_path / name
        kit.put(cases[name], path)
        done = reader(path, b"user:1\n")
        assert done.returncode == 0, f"{name}: {done.stderr.decode()}"
