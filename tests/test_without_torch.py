"""Everything but training and measuring works where PyTorch cannot be imported."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# Runs commands in a process that has no PyTorch, and prints what became of them.
_RUNNER = """
import contextlib, io, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, Refuse())
from llcodec.cli._main import run
outcomes = []
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    outcomes.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(outcomes))
"""


def run_all(commands: list[str], folder: Path) -> list[tuple[int, str, str]]:
    """Return exit code, standard output and standard error of each command."""
    orders = [command.split() for command in commands]
    done = subprocess.run(
        [sys.executable, "-c", _RUNNER],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return [tuple(outcome) for outcome in json.loads(done.stdout.splitlines()[-1])]


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[:80, :120]
    pixels = np.stack((rows // 3, columns // 4, (rows + columns) % 30), 2).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "dark.png")
    return tmp_path


COMMANDS = {
    "encode dark.png a.llc": "a.llc",
    "encode dark.png b.llc --tile 64 --model base": "b.llc",
    "encode dark.png c.llc --target-size 3kB": "c.llc",
    "info a.llc": None,
    "verify a.llc b.llc c.llc": None,
    "decode a.llc a.png": "a.png",
    "decode b.llc b.png --engine onnx --threads 1": "b.png",
    "decode a.llc region.png --region 10,10,60,40": "region.png",
    "decode a.llc small.png --max-size 40": "small.png",
    "decode a.llc tiny.png --max-size 5": "tiny.png",
    "decode b.llc saved.png --salvage": "saved.png",
    "decode a.llc shot.png --as-shot": "shot.png",
    "decode a.llc brighter.png --brightness 1.5 --exposure -0.5": "brighter.png",
    "enhance dark.png joint.png --strength 0.5": "joint.png",
    "enhance dark.png nerco.png --model nerco --exposure 1": "nerco.png",
    "enhance dark.png snr.png --model snr-aware": "snr.png",
    "models list": None,
    "models verify": None,
}


def test_files_are_made_shown_and_checked(folder: Path) -> None:
    for command, outcome in zip(COMMANDS, run_all(list(COMMANDS), folder), strict=True):
        assert outcome[0] == 0, (command, outcome)
    made = {path.name for path in folder.iterdir()}
    assert made == {"dark.png", *(name for name in COMMANDS.values() if name is not None)}
    dark = pixels_of(folder / "dark.png").mean()
    for name in ("a", "b", "joint", "nerco", "snr"):
        shown = pixels_of(folder / f"{name}.png")
        assert shown.shape == (80, 120, 3)
        assert (shown.mean() > 1.5 * dark) == (name != "b")  # base is a plain codec
    assert pixels_of(folder / "region.png").shape == (40, 60, 3)
    assert pixels_of(folder / "small.png").shape == (27, 40, 3)


def test_what_needs_pytorch_says_so_in_one_line(folder: Path) -> None:
    extras = {
        "encode dark.png x.llc --engine torch": "torch",
        "enhance dark.png x.png --device mps": "torch",
        "train codec --data . --out run": "train",
        "bench --dataset . --out run": "bench",
    }
    for command, outcome in zip(extras, run_all(list(extras), folder), strict=True):
        code, out, err = outcome
        assert (code, out) == (1, ""), (command, outcome)
        assert err.endswith(f'torch is not installed: pip install "llcodec[{extras[command]}]"\n')
        assert err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["dark.png"]


def test_the_python_interface_has_all_of_its_names(folder: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import llcodec;"
        "names = [getattr(llcodec, name) for name in llcodec.__all__];"
        "data = llcodec.encode('dark.png'); image = llcodec.decode(data);"
        "print(len(names) > 25, image.size, llcodec.enhance(image, engine='onnx').size)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder
    )
    assert done.stdout == "True (120, 80) (120, 80)\n"
