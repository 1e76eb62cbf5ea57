import os
import subprocess
import sys
from pathlib import Path

from llcodec._muting import muted_stderr

ROOT = Path(__file__).parents[1]
CODE = """
import os
from llcodec._muting import muted_stderr
with muted_stderr():
    os.write(2, b"hidden")
os.write(2, b"shown")
"""


def test_the_descriptor_is_muted_and_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr == b"shown"


def test_a_closed_one_stays_closed() -> None:
    code = "import os\nos.close(2)" + CODE.replace('os.write(2, b"shown")', "print('fine')")
    code = code.replace('os.write(2, b"hidden")', "pass")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"fine\n"


def test_errors_come_out() -> None:
    before = os.fstat(2).st_ino
    try:
        with muted_stderr():
            raise ValueError
    except ValueError:
        assert os.fstat(2).st_ino == before
