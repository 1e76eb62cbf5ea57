"""Check that decoding does not depend on the machine: golden files under many settings.

    python -m measurements.determinism --python OTHER/bin/python --out results/determinism.json

Settings are instruction sets of PyTorch, oneDNN, MKL and OpenBLAS, oneDNN off, threads, memory
formats, CUDA if available, and the engine; they are combined with this PyTorch, and changed one at
a time with that of every ``--python``. Symbols, scale indices and means must be exactly those of
the golden files, and pixels within one level of 8 bits. A photograph encoded with the shipped model
is added; the reference is what this process decodes.

Exits with 1 if anything differs. ``make determinism`` builds the other environments first.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import torch

from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.imaging import Picture, fit_within, read_picture, resize, write_picture
from measurements.golden import EXPECTED, facts

ROOT: Final = Path(__file__).resolve().parents[1]
_UNSET: Final = "unset"
_OFF: Final = "off"  # disables oneDNN
_PHOTOGRAPH_SIZE: Final = 384  # pixels of the longer side
_PHOTOGRAPH_TILE: Final = 128

_TIME_LIMIT: Final = 1800  # seconds for one process
_VARIABLES: Final = {
    "aten": "ATEN_CPU_CAPABILITY",
    "onednn": "DNNL_MAX_CPU_ISA",
    "mkl": "MKL_ENABLE_INSTRUCTIONS",
    "openblas": "OPENBLAS_CORETYPE",
}
# Variables of the caller, on which settings must not depend.
_CLEARED: Final = (
    *_VARIABLES.values(),
    "ONEDNN_MAX_CPU_ISA",
    "MKL_CBWR",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
)


@dataclass(frozen=True)
class Setting:
    """The settings of one process; ``unset`` leaves the choice to the library.

    Attributes:
        aten: PyTorch's instruction set.
        onednn: the instruction set of oneDNN, or ``off``.
        mkl: the instruction set of MKL.
        openblas: the CPU type set for OpenBLAS, with which NumPy multiplies the matrices of the
            exact path.
        threads: of PyTorch and OpenBLAS.
        memory: ``channels_last`` or ``contiguous``.
        device: ``cpu`` or ``cuda``.
        engine: ``torch``, to which most settings apply, or ``onnx``.
    """

    aten: str = _UNSET
    onednn: str = _UNSET
    mkl: str = _UNSET
    openblas: str = _UNSET
    threads: int = 1
    memory: str = "channels_last"
    device: str = "cpu"
    engine: str = "torch"

    def arguments(self) -> list[str]:
        """Return the arguments of the worker."""
        options = ["--threads", str(self.threads), "--memory", self.memory, "--device", self.device]
        options += ["--engine", self.engine]
        return [*options, "--without-onednn"] if self.onednn == _OFF else options

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of the process, derived from ``base``."""
        environment = {name: value for name, value in base.items() if name not in _CLEARED}
        for name, variable in _VARIABLES.items():
            if getattr(self, name) not in (_UNSET, _OFF):
                environment[variable] = getattr(self, name)
        environment["OMP_NUM_THREADS"] = str(self.threads)
        environment["ONEDNN_VERBOSE"] = "1"  # it then prints its instruction set and each call
        environment["PYTHONPATH"] = str(ROOT)  # every interpreter runs this code
        return environment


@dataclass(frozen=True)
class Axes:
    """The values of each setting, the default first."""

    aten: Sequence[str]
    onednn: Sequence[str]
    mkl: Sequence[str]
    openblas: Sequence[str]
    threads: Sequence[int]
    memory: Sequence[str]
    device: Sequence[str] = ("cpu",)
    engine: Sequence[str] = ("torch",)


def combinations(axes: Axes) -> list[Setting]:
    """Return all combinations of PyTorch's and oneDNN's instructions and of memory formats.

    These use the default number of threads. The settings of :func:`one_by_one` follow for each
    number of threads.
    """
    usual = Setting(threads=axes.threads[0])
    together = product(axes.aten, axes.onednn, axes.memory)
    found = [replace(usual, aten=a, onednn=o, memory=m) for a, o, m in together]
    for threads in axes.threads:
        found += one_by_one(replace(axes, threads=[threads]))
    return list(dict.fromkeys(found))


def one_by_one(axes: Axes) -> Iterator[Setting]:
    """Yield the default setting, then each other value with all others at their defaults."""
    usual = Setting(**{axis.name: getattr(axes, axis.name)[0] for axis in fields(axes)})
    yield usual
    for axis in fields(axes):
        for value in getattr(axes, axis.name)[1:]:
            yield replace(usual, **{axis.name: value})


def photograph_folder(path: Path, into: Path) -> Path:
    """Encode a photograph with the shipped model; return a folder of golden files with it."""
    picture = read_picture(path)
    size = fit_within(picture.width, picture.height, _PHOTOGRAPH_SIZE)
    codec = Codec(DEFAULT_MODEL, device="cpu")
    data = codec.encode(resize(picture, *size), Target(4.0), tile_size=_PHOTOGRAPH_TILE)
    folder = into / "photograph"
    folder.mkdir()
    (folder / "photograph.llc").write_bytes(data)
    entry: dict[str, Any] = {"what": path.name, "model": DEFAULT_MODEL}
    for key, brightness in (("pixels", 1.0), ("as_shot", 0.0)):
        decoded = codec.decode(data, brightness=brightness)
        entry[key] = f"{key}.png"
        (folder / entry[key]).write_bytes(_png(decoded))
    entry["exactly"] = facts(data, codec.file.coder())
    expected = {"models": {DEFAULT_MODEL: DEFAULT_MODEL}, "files": {"photograph.llc": entry}}
    (folder / EXPECTED).write_text(json.dumps(expected))
    return folder


def _png(picture: Picture) -> bytes:
    """Return a PNG without metadata, so that no profile changes the pixels."""
    out = io.BytesIO()
    write_picture(Picture(picture.pixels, picture.alpha, picture.grey), out, format="PNG")
    return out.getvalue()


def _has_cuda(python: str) -> bool:
    """Return whether the PyTorch of an interpreter finds a CUDA device."""
    if python == sys.executable:
        return torch.cuda.is_available()
    ask = "import torch; print(torch.cuda.is_available())"
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout
    return answer.strip() == "True"


def run(python: str, setting: Setting, folders: Sequence[Path]) -> dict[str, Any]:
    """Run one process and return its row of the table."""
    command = [python, "-m", "measurements.determinism_worker", *setting.arguments()]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, *map(str, folders)],
        env=setting.environment(os.environ),
        capture_output=True,
        text=True,
        timeout=_TIME_LIMIT,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode == 0 and lines:
        report: dict[str, Any] = json.loads(lines[-1])
    else:
        last = (done.stderr.splitlines() or ["without a message"])[-1]
        report = {"files": 0, "problems": [f"the process ended with {done.returncode}: {last}"]}
    said = {name: getattr(setting, name) for name in (*_VARIABLES, "threads")}
    return {
        **said,
        "memory": setting.memory,
        "device": setting.device,
        "engine": setting.engine,
        "onednn_ran_on": _onednn_isa(lines),
        "onednn_convolutions": sum(",exec,cpu,convolution," in line for line in lines),
        "seconds": round(time.perf_counter() - start, 1),
        **report,
    }


def _onednn_isa(lines: Sequence[str]) -> str | None:
    """Return the instruction set that oneDNN reports, or None if it never ran."""
    mark = "info,cpu,isa:"
    return next((line.split(mark, 1)[1] for line in lines if mark in line), None)


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a summary of the table."""
    distances = [row["distance"] for row in rows if row.get("distance") is not None]
    return {
        "processes": len(rows),
        "processes_that_differ": sum(bool(row["problems"]) for row in rows),
        "files_decoded": sum(row["files"] for row in rows),
        "torch": sorted({row["torch"] for row in rows if "torch" in row}),
        "largest_distance_in_levels": max(distances, default=None),
    }


def _write_result(path: Path, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the result as JSON, with one line for each row of the table."""
    table = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    head = json.dumps(result, indent=1, ensure_ascii=False).removesuffix("\n}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head},\n "table": [\n{table}\n ]\n}}\n', "utf-8")


def main() -> int:
    """Run all settings of the command line."""
    options = _parser().parse_args()
    rows: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        folders = [options.golden]
        if options.photograph is not None:
            folders.append(photograph_folder(options.photograph, Path(folder)))
        for python in [sys.executable, *options.python]:
            plan = combinations if python == sys.executable else one_by_one
            for setting in plan(_axes(options, python)):
                rows.append(run(python, setting, folders))
                print(json.dumps(rows[-1]), flush=True)
    result = {
        "name": "golden files, decoded in fresh processes: bits as expected, pixels within a level",
        "command": _command(options),
        "machine": machine(),
        "summary": summary(rows),
    }
    _write_result(options.out, result, rows)
    print(json.dumps(result["summary"]))
    return 1 if any(row["problems"] for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--golden", type=Path, default=ROOT / "tests" / "golden" / "v1")
    parser.add_argument("--photograph", type=Path, help="encoded with the shipped model")
    parser.add_argument(
        "--python", action="append", default=[], help="another interpreter; may be given again"
    )
    parser.add_argument("--aten", nargs="+", default=[_UNSET, "default", "avx2"])
    parser.add_argument("--onednn", nargs="+", default=[_UNSET, "SSE41", "AVX", "AVX2", _OFF])
    parser.add_argument("--mkl", nargs="+", default=[_UNSET, "SSE4_2", "AVX2"])
    parser.add_argument("--openblas", nargs="+", default=[_UNSET, "Nehalem", "Haswell"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--memory", nargs="+", default=["channels_last", "contiguous"])
    parser.add_argument("--engine", nargs="+", default=["torch", "onnx"])
    parser.add_argument("--out", type=Path, required=True)
    return parser


def _axes(options: argparse.Namespace, python: str) -> Axes:
    device = ("cpu", "cuda") if _has_cuda(python) else ("cpu",)
    libraries = (options.aten, options.onednn, options.mkl, options.openblas)
    return Axes(*libraries, options.threads, options.memory, device, options.engine)


def _command(options: argparse.Namespace) -> str:
    """Return the command line without paths of this machine."""
    words = ["python -m measurements.determinism"]
    if options.photograph is not None:
        path = options.photograph
        words.append(f"--photograph {path.name if path.is_absolute() else path.as_posix()}")
    words += ["--python OTHER"] * len(options.python)
    return " ".join([*words, f"--out {options.out.name}"])


if __name__ == "__main__":
    sys.exit(main())
