"""``--threads`` holds for NumPy too: its library reads the number when NumPy is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = """
import os, sys
import llcodec._threads as threads
from llcodec.cli._main import run

def announce(number):
    print("numpy" in sys.modules)
    really(number)

really, threads.announce_threads = threads.announce_threads, announce
code = run(sys.argv[1:])
print(code, os.environ["OPENBLAS_NUM_THREADS"], os.environ["MKL_NUM_THREADS"])
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "missing.llc"],
        ["encode", "missing.png"],
        ["decode", "missing.llc"],
        ["enhance", "missing.png"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_number_is_announced_before_numpy_is_imported(
    arguments: list[str], environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK, *arguments, "--threads", "3"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    imported, line = done.stdout.splitlines()[0], done.stdout.splitlines()[-1]
    assert imported == "False"
    assert line.split()[1:] == ["3", "3"]
