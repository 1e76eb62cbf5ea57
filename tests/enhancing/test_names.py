import subprocess
import sys

from llcodec.codec.models import DEFAULT_MODEL
from llcodec.enhancing.models import find_enhancer
from llcodec.enhancing.names import DEFAULT_ENHANCER, JOINT


def test_the_default_is_at_hand() -> None:
    assert find_enhancer(DEFAULT_ENHANCER).is_file()
    assert find_enhancer(JOINT).stem == DEFAULT_MODEL


def test_names_cost_nothing() -> None:
    code = "import sys, llcodec.enhancing.names; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy"} & set(run.stdout.split())
