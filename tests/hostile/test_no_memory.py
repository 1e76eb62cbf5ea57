"""Less memory than the networks and the picture need: one line, whatever allocation fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines import ENGINES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of address space")

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20,) * 2)
from llcodec.cli._main import main
sys.argv = ["llc", *sys.argv[2:]]
main()
"""
# PyTorch may abort while it is loaded into a little more than that: C++, which nothing can catch.
LARGER = {"onnx": (450, 500, 600), "torch": ()}
_ONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread reserves memory


def run_within(megabytes: int, arguments: list[str], folder: Path) -> tuple[int, str]:
    """Return the exit code and the error output of ``llc`` with so much address space."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(megabytes), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | _ONE,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_every_lack_of_memory_is_one_line(engine: str, sample: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.llc").write_bytes(sample)
    refused = 0
    for megabytes in (300, 350, 400, *LARGER[engine]):
        code, message = run_within(
            megabytes, ["decode", "a.llc", "a.png", "--engine", engine, "--quiet"], tmp_path
        )
        if code:
            refused += 1
            assert (code, message) == (1, "llc: a.llc: not enough memory\n"), megabytes
            assert not (tmp_path / "a.png").exists()
        else:
            (tmp_path / "a.png").unlink()
    assert refused
