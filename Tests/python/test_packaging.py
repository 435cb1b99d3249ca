"""The wheel, built without a network, holds the whole package and needs nothing else."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "Sources" / "python"


def test_wheel_is_complete_and_needs_nothing(tmp_path):
    pytest.importorskip("setuptools")
    pytest.importorskip("wheel")
    folder = tmp_path / "python"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(folder)], check=True, timeout=120)
    (wheel,) = tmp_path.glob("ringclient-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for file in (SOURCE / "ringclient").iterdir():
        if file.suffix == ".py" or file.name == "py.typed":
            assert f"ringclient/{file.name}" in names
    # Without site-packages there is neither numpy nor any client library.
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import ringclient; print(ringclient.DIALECTS[0])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "pinned-ketama\n", done.stderr
