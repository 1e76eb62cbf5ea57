"""Run ``llc`` in this process, and small files to run it on."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from llcodec.cli._main import run


@dataclass(frozen=True)
class Result:
    code: int
    out: bytes
    err: str

    @property
    def problems(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("llc: ")]


Llc = Callable[..., Result]


@pytest.fixture
def llc(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Llc:
    """Run ``llc`` with arguments, and bytes for its standard input."""

    def call(*arguments: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Result(code, out, err.decode())

    return call


@pytest.fixture(scope="session")
def nerco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of a tiny, untrained NeRCo, which brightens by rule."""
    import torch

    from llcodec.nerco.model import NercoModel
    from llcodec.nerco.presets import COMPACT
    from llcodec.nerco.torch_engine import nerco_file
    from llcodec.nerco.weights import write_nerco

    torch.manual_seed(3)
    preset = replace(COMPACT, extractor_width=8, mask_width=8, enhancer_width=8)
    path = tmp_path_factory.mktemp("nerco") / "tiny.safetensors"
    write_nerco(path, nerco_file("tiny-nerco", NercoModel(preset, degrader=False)))
    return path


@pytest.fixture(scope="session")
def make_look(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Write a look of a shipped codec, with other weights at random."""
    import numpy as np

    from llcodec._cards import ModelReference
    from llcodec.codec.looks import LookFile, synthesis_arrays, write_look
    from llcodec.codec.models import load_model

    def make(codec: str) -> Path:
        model, rng = load_model(codec), np.random.default_rng(0)
        arrays = {
            key: value * (1 + 0.2 * rng.normal(size=value.shape)).astype(np.float32)
            for key, value in synthesis_arrays(model.arrays).items()
        }
        path = tmp_path_factory.mktemp("look") / f"{codec}-look.safetensors"
        look = LookFile(path.stem, ModelReference(model.name, model.sha256), arrays)
        write_look(path, look, model.preset.name)
        return path

    return make


@pytest.fixture(scope="session")
def look(make_look: Callable[[str], Path]) -> Path:
    """A look of the default model."""
    from llcodec.codec.models import DEFAULT_MODEL

    return make_look(DEFAULT_MODEL)


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a process that runs this checkout."""
    root = str(Path(__file__).resolve().parents[2])
    threads = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    return {**os.environ, **threads, "PYTHONPATH": root}


@pytest.fixture
def listing() -> Callable[[Path], Sequence[str]]:
    """List all files below a folder, hidden ones too."""
    return lambda folder: sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()
    )


@pytest.fixture
def refused(llc: Llc, listing: Callable[[Path], list[str]], tmp_path: Path) -> Callable[..., str]:
    """Run ``llc`` on bad input, check that it is refused properly, and return the line."""

    def call(*arguments: object, stdin: bytes = b"") -> str:
        before = listing(tmp_path)
        result = llc(*arguments, stdin=stdin)
        assert (result.code, result.out) == (1, b"")
        assert listing(tmp_path) == before
        [line] = result.err.splitlines()
        assert line.startswith("llc: ")
        assert "internal error" not in line
        return str(line)

    return call
