"""Decode folders of golden files under one setting, and compare with the expected results.

    python -m measurements.determinism_worker --threads 2 tests/golden/v1

The last line of its output is JSON. :mod:`measurements.determinism` starts this, and sets the
environment variables that must be there before PyTorch is imported.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from llcodec._threads import use_threads
from llcodec.codec.codec import Codec
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import LlcError
from llcodec.imaging import read_picture
from measurements.golden import LEVEL, distance, facts, model_of, read_expected

FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


@dataclass(frozen=True)
class Reader:
    """A codec whose transforms have the memory format and device of a setting, and its coder."""

    codec: Codec
    coder: LatentCoder


def reader_of(model: str, memory: str, device: torch.device, engine: str = "torch") -> Reader:
    """Return a reader whose transforms all work in one memory format, which is PyTorch's."""
    if engine != "torch":
        other = Codec(model, engine=engine, device=device.type)
        return Reader(other, other.file.coder())
    codec = Codec(model, engine="torch", device=device.type)
    assert isinstance(codec.transforms, TorchTransforms)
    network = codec.transforms.model
    network.to(memory_format=FORMATS[memory])  # type: ignore[call-overload]
    if memory == "contiguous":  # the decoder lays its latents out as channels_last
        network.g_s.register_forward_pre_hook(_contiguous)
    return Reader(codec, codec.file.coder())


def _contiguous(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(value.contiguous() for value in inputs)


@dataclass(frozen=True)
class CheckResult:
    """The result of decoding one golden file.

    Attributes:
        distance: the largest difference of a sample, in levels of 8 bits; None if the file has no
            pixels to compare, or a completely different picture.
        problems: differences from the expected results, one line each.
    """

    distance: float | None
    problems: tuple[str, ...]


def check_file(folder: Path, name: str, entry: Mapping[str, Any], reader: Reader) -> CheckResult:
    """Decode one file and compare: symbols, indices and means exactly, pixels within a level."""
    data = (folder / name).read_bytes()
    try:
        problems = list(differences(facts(data, reader.coder), entry["exactly"]))
        apart = []
        for key, brightness in (("pixels", 1.0), ("as_shot", 0.0)):
            picture = reader.codec.decode(data, brightness=brightness) if key in entry else None
            if picture is not None:
                apart.append(distance(picture, read_picture(folder / entry[key])))
    except LlcError as error:
        return CheckResult(None, (f"{name}: {error}",))
    problems += [f"pixels differ by {levels:g} levels" for levels in apart if levels > LEVEL]
    furthest = max(apart, default=float("inf"))
    known = None if furthest == float("inf") else furthest
    return CheckResult(known, tuple(f"{name}: {problem}" for problem in problems))


def differences(found: Any, wanted: Any, where: str = "") -> Iterator[str]:
    """Yield the places in which two values of JSON differ."""
    if isinstance(found, dict) and isinstance(wanted, dict) and found.keys() == wanted.keys():
        for key in found:
            yield from differences(found[key], wanted[key], f"{where} {key}".strip())
    elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for number, pair in enumerate(zip(found, wanted, strict=True)):
            yield from differences(*pair, f"{where} {number}".strip())
    elif found != wanted:
        yield f"{where} differs"


def check_folder(
    folder: Path, memory: str, device: torch.device, engine: str = "torch"
) -> dict[str, CheckResult]:
    """Decode every intact file of a folder."""
    expected = read_expected(folder)
    models = expected["models"]
    readers = {
        name: reader_of(model_of(folder, models, name), memory, device, engine) for name in models
    }
    return {
        name: check_file(folder, name, entry, readers[entry["model"]])
        for name, entry in expected["files"].items()
    }


def main() -> None:
    """Run the check of the command line, and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", choices=FORMATS, default="channels_last")
    parser.add_argument("--without-onednn", action="store_true")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--engine", choices=["torch", "onnx"], default="torch")
    options = parser.parse_args()
    use_threads(options.threads)
    if options.without_onednn:
        torch.backends.mkldnn.set_flags(False)  # type: ignore[no-untyped-call]
    results: list[CheckResult] = []
    for folder in options.folders:
        checked = check_folder(folder, options.memory, torch.device(options.device), options.engine)
        results += checked.values()
    report = {
        "torch": torch.__version__,
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "files": len(results),
        "distance": max((r.distance for r in results if r.distance is not None), default=None),
        "problems": [problem for result in results for problem in result.problems],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
