"""Seeds of the corpora, and the lines that they reach."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
needs_atheris = pytest.mark.skipif(
    find_spec("atheris") is None or find_spec("coverage") is None, reason="needs the extra fuzz"
)


@needs_atheris
def test_a_short_run_leaves_figures(tmp_path: Path) -> None:
    options = ["--seconds", "1", "--harness", "container", "--work", str(tmp_path)]
    command = [sys.executable, "-m", "fuzz.run", *options, "--results", str(tmp_path / "results")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = (tmp_path / "results" / "container.json").read_text("utf-8")
    assert '"crashes": 0' in figures
    assert '"llcodec/container/reading.py"' in figures
    assert str(tmp_path) not in figures
    assert any((tmp_path / "container" / "seeds").iterdir())
