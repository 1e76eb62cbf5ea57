"""No pickle is read by any command that handles pictures and files.

They run in a process of its own, where whatever could begin to unpickle ends the process instead.
Python also tells of every class that an unpickler looks up, in whatever language it is written;
that ends the process, too. Controls see that both nets hold.
"""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.cli._main import run

ROOT = Path(__file__).parents[1]
CAUGHT = 66

SCRIPT = """
import importlib, json, os, pickle, sys

KEPT = pickle.Unpickler  # as a library might that was loaded before

def never(*_arguments, **_options):
    os._exit(66)

class Never:
    def __init__(self, *_arguments, **_options):
        never()

NAMES = {
    "_pickle": ["load", "loads", "Unpickler"],
    "pickle": ["load", "loads", "Unpickler", "_load", "_loads", "_Unpickler"],
    "torch": ["load"],
    "torch._C": ["PyTorchFileReader", "import_ir_module", "import_ir_module_from_buffer"],
    "torch._weights_only_unpickler": ["load", "Unpickler"],
    "torch.hub": ["load", "load_state_dict_from_url"],
    "torch.jit": ["load"],
    "torch.package": ["PackageImporter"],
    "torch.serialization": ["load", "_load", "_legacy_load"],
}
modules = {name: importlib.import_module(name) for name in NAMES}
for name, members in NAMES.items():
    for member in members:
        is_class = isinstance(getattr(modules[name], member), type)
        setattr(modules[name], member, Never if is_class else never)
sys.addaudithook(lambda event, _: never() if event == "pickle.find_class" else None)

def ends_with(control):
    pid = os.fork()
    if pid == 0:
        exec(control)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

from llcodec.cli._main import run

request = json.load(sys.stdin)
controls = [ends_with(control) for control in request["controls"]]
codes = [run(command) for command in request["commands"]]
print(json.dumps([controls, codes]))
"""

CONTROLS = [
    "import pickle; pickle.loads(b'N.')",
    "import io, pickle; pickle.Unpickler(io.BytesIO(b'N.')).load()",
    "import io; KEPT(io.BytesIO(b'cos\\nsystem\\n.')).load()",
    "import numpy; numpy.load('pickled.npy', allow_pickle=True)",
    "import torch; torch.load('pickled.pt', weights_only=True)",
    "import torch; torch.jit.load('pickled.pt')",
    "from torch.serialization import load; load('pickled.pt', weights_only=False)",
]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[int], dict[str, int]]:
    """How the controls ended, and the exit codes of the commands."""
    folder = tmp_path_factory.mktemp("watched")
    pixels = np.random.default_rng(0).integers(0, 60, (80, 90, 4), np.uint8)
    Image.fromarray(pixels).save(folder / "a.png")
    np.save(folder / "pickled.npy", np.array([{}], object), allow_pickle=True)
    torch.save({"a": torch.ones(2)}, folder / "pickled.pt")
    weights = str(ROOT / "weights" / "fast.safetensors")
    commands = [
        ["encode", "a.png", "--tile", "64"],
        ["encode", "a.png", "-o", "b.llc", "--model", weights, "--target-bpp", "20"],
        ["decode", "a.llc", "-o", "b.png"],
        ["decode", "a.llc", "-o", "c.png", "--salvage", "--as-shot"],
        ["decode", "a.llc", "-o", "d.png", "--max-size", "5"],
        ["decode", "a.llc", "-o", "e.tif", "--region", "1,2,3,4", "--threads", "2"],
        ["enhance", "a.png"],
        ["enhance", "a.png", "-o", "f.png", "--model", weights],
        ["info", "a.llc"],
        ["verify", "a.llc"],
        ["models", "list"],
        ["models", "verify"],
    ]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps({"controls": CONTROLS, "commands": commands}),
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stdout}{done.stderr}"
    controls, codes = json.loads(done.stdout.splitlines()[-1])
    return controls, {" ".join(c): code for c, code in zip(commands, codes, strict=True)}


def test_whatever_unpickles_is_caught(outcome: tuple[list[int], dict[str, int]]) -> None:
    controls, _ = outcome
    assert dict(zip(CONTROLS, controls, strict=True)) == dict.fromkeys(CONTROLS, CAUGHT)


def test_no_command_unpickles(outcome: tuple[list[int], dict[str, int]]) -> None:
    _, codes = outcome
    assert len(codes) == 12
    assert codes == dict.fromkeys(codes, 0)


class Exploit:
    """Unpickling it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def exploits(folder: Path) -> dict[str, bytes]:
    """Files whose unpickling would leave a mark."""
    exploit = Exploit(folder / "mark")
    torch.save(exploit, folder / "zip")
    torch.save(exploit, folder / "legacy", _use_new_zipfile_serialization=False)
    np.save(folder / "array.npy", np.array([exploit], object), allow_pickle=True)
    return {
        "plain": pickle.dumps(exploit),
        "zip": (folder / "zip").read_bytes(),
        "legacy": (folder / "legacy").read_bytes(),
        "array": (folder / "array.npy").read_bytes(),
    }


@pytest.mark.parametrize("kind", ["plain", "zip", "legacy", "array"])
def test_pickles_are_refused_wherever_a_file_is_read(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = exploits(tmp_path)[kind]
    for name in ("evil.llc", "evil.png", "evil.safetensors", "evil.pt"):
        (tmp_path / name).write_bytes(data)
    Image.new("RGB", (8, 8)).save(tmp_path / "good.png")
    good = str(tmp_path / "good.png")
    commands = [
        ["decode", "evil.llc"],
        ["verify", "evil.llc"],
        ["info", "evil.llc"],
        ["encode", "evil.png"],
        ["enhance", "evil.png"],
        *(
            [verb, good, "--model", f"evil.{end}"]
            for verb in ("encode", "enhance")
            for end in ("safetensors", "pt")
        ),
    ]
    for command in commands:
        words = [str(tmp_path / word) if word.startswith("evil") else word for word in command]
        assert run(words) == 1
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith("llc: ")
        assert "internal" not in line
    assert not (tmp_path / "mark").exists()
    if kind == "plain":
        pickle.loads(data)
        assert (tmp_path / "mark").exists()  # it does what it is said to do
