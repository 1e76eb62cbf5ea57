"""Too little memory is distinguished from other errors, wherever it runs out."""

import subprocess
import sys

import pytest

from llcodec._failures import in_one_line

# What is limited is the address space: a few megabytes more than are in use.
CODE = """
import resource, sys
import numpy as np
from llcodec._failures import in_one_line, is_expected
from llcodec.engine.onnx.graph import Graph
from llcodec.engine.onnx.devices import Provider
from llcodec.engine.onnx.session import Session

def limit(megabytes):
    used = next(line for line in open("/proc/self/status") if line.startswith("VmSize:"))
    most = int(used.split()[1]) * 1024 + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))

def model():
    made = Graph()
    x = made.input("x", (1, 8, "h", "w"))
    y = made.add("Conv", x, made.constant(np.zeros((1024, 8, 3, 3), np.float32)))
    made.output("y", y, (1, 1024, "h", "w"))
    return made.model()

stage, cpu = sys.argv[1], Provider("cpu", "CPUExecutionProvider", {})
try:
    if stage == "import":
        limit(5)
        import onnxruntime
    elif stage == "create":
        made = model()
        Session(made, cpu)
        limit(30)  # with nothing left at all, the C library itself gives up
        sessions = [Session(made, cpu) for _ in range(100)]
    else:
        session, x = Session(model(), cpu), np.zeros((1, 8, 256, 256), np.float32)
        limit(50)
        session.run({"x": x})
except Exception as error:
    print(in_one_line(error) if is_expected(error) else f"unexpected: {error!r}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
@pytest.mark.parametrize("stage", ["import", "create", "run"])
def test_too_little_memory(stage: str) -> None:
    done = subprocess.run([sys.executable, "-c", CODE, stage], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "not enough memory\n", "")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ImportError("x.so: failed to map segment from shared object"), "not enough memory"),
        (ImportError("No module named 'x'"), "ImportError: No module named 'x'"),
    ],
)
def test_imports(error: ImportError, expected: str) -> None:
    assert in_one_line(error) == expected
