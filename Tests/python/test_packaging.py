"""The package installs without a network, from its folder and as a wheel, and needs nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "Sources" / "python"


@pytest.fixture
def folder(tmp_path):
    """A copy of the folder as somebody checks it out, because the building writes there."""
    pytest.importorskip("setuptools")
    pytest.importorskip("wheel")
    copy = tmp_path / "python"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    return copy


def pip(command, *arguments):
    """pip with what is installed here, and with no index to ask."""
    settings = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([sys.executable, "-m", "pip", command, *settings, *map(str, arguments)], check=True, timeout=120)


def test_wheel_is_complete_and_needs_nothing(tmp_path, folder):
    pip("wheel", "--wheel-dir", tmp_path, folder)
    (wheel,) = tmp_path.glob("ringclient-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for file in (SOURCE / "ringclient").iterdir():
        if file.suffix == ".py" or file.name == "py.typed":
            assert f"ringclient/{file.name}" in names
    # Without site-packages there is neither numpy nor any client library.
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import ringclient; print(ringclient.DIALECTS[0])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "pinned-ketama\n", done.stderr


def test_installs_from_its_folder(tmp_path, folder):
    place = tmp_path / "installed"
    pip("install", "--target", place, folder)
    assert (place / "ringclient" / "py.typed").is_file()
    kit = SOURCE.parents[1] / "Tests" / "Conformance" / "good" / "three-slots.json"
    code = f"import sys; sys.path.insert(0, {str(place)!r}); from ringclient import LiveRing\n"
    code += f"print(LiveRing({str(kit)!r}, 'sessions').owner('user:42').address)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("10.0.0."), done.stderr
