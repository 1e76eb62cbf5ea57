"""Compare ONNX Runtime with PyTorch in the same process: each network, on one thread.

    python -m measurements.engines --out results/engines.json

CPU seconds are measured, because other programs on the machine hardly change them; with one thread
they equal the wall time on an idle machine. Runs alternate.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray

from llcodec._arrays import Floats
from llcodec._shipped import shipped_files
from llcodec._threads import announce_threads
from llcodec.bench.machine import machine
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.codec.weights import read_model
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.engine.protocol import Transforms
from llcodec.engine.torch_transforms import torch_transforms
from llcodec.nerco.onnx_engine import OnnxNerco
from llcodec.nerco.torch_engine import TorchNerco
from llcodec.nerco.weights import read_nerco
from llcodec.nerco.windows import middles
from llcodec.snr_aware.onnx_engine import OnnxSnrAware
from llcodec.snr_aware.torch_engine import TorchSnrAware
from llcodec.snr_aware.weights import read_snr_aware

CPU = torch.device("cpu")
Job = Callable[[], object]
Jobs = dict[str, tuple[Job, Job]]
"""Functions to measure, by name: on ONNX Runtime, and on PyTorch."""


def dark(height: int, width: int) -> NDArray[np.float32]:
    """Return a seeded dark gradient with noise, H×W×3."""
    rng = np.random.default_rng(0)
    slope = np.linspace(0, 0.2, width, dtype=np.float32)[None, :, None]
    return slope + np.float32(0.05) * rng.random((height, width, 3), np.float32)


def codec_jobs(model: str, height: int, width: int) -> Jobs:
    """Return the transforms of a shipped codec, on a picture of this size.

    ``ready to decode`` makes the transforms of the arrays of the weight file, and decodes 16×16
    pixels.
    """
    file, x = read_model(shipped_files()[model]), dark(height, width)

    def onnx() -> Transforms:
        return OnnxTransforms(file.preset, file.arrays)

    def pytorch() -> Transforms:
        return torch_transforms(file.preset, file.arrays, CPU)

    engines = onnx(), pytorch()
    thumbnail = dark(100, 150)
    tone = engines[0].predict_tone(thumbnail)
    y = engines[0].analyse(x, tone, None)
    small = np.zeros((file.preset.latents, 1, 1), np.float32)

    def on_both(job: Callable[[Transforms], object]) -> tuple[Job, Job]:
        first, second = engines
        return lambda: job(first), lambda: job(second)

    return {
        "synthesis": on_both(lambda engine: engine.synthesise(y)),
        "analysis": on_both(lambda engine: engine.analyse(x, tone, None)),
        "analysis without enhancement": on_both(
            lambda engine: engine.analyse(x, None, None, enhance=False)
        ),
        "hyper-analysis": on_both(lambda engine: engine.hyper_analysis(y)),
        "preview": on_both(lambda engine: engine.preview(y)),
        "tone network": on_both(lambda engine: engine.predict_tone(thumbnail)),
        "ready to decode": (lambda: onnx().synthesise(small), lambda: pytorch().synthesise(small)),
    }


def enhancer_jobs(height: int, width: int) -> Jobs:
    """Return the shipped enhancers, on a picture of this size."""
    shipped, x = shipped_files(), dark(height, width)
    nerco, snr_aware = read_nerco(shipped["nerco"]), read_snr_aware(shipped["snr-aware"])
    shape = nerco.shape
    overview: Floats = dark(100, 152)
    places = middles(slice(0, height), height), middles(slice(0, width), width)
    brighteners = OnnxNerco(shape.preset, shape.switches, nerco.arrays), TorchNerco(nerco, CPU)
    enhancers = OnnxSnrAware(snr_aware.shape, snr_aware.arrays), TorchSnrAware(snr_aware, CPU)
    return {
        "NeRCo": (
            lambda: brighteners[0].brighten(x, overview, *places),
            lambda: brighteners[1].brighten(x, overview, *places),
        ),
        "SNR-Aware": (lambda: enhancers[0].enhance(x), lambda: enhancers[1].enhance(x)),
    }


def cpu_seconds(run: Job) -> float:
    """Return the CPU seconds that ``run`` takes."""
    start = time.process_time()
    run()
    return time.process_time() - start


def measure(jobs: Jobs, runs: int) -> dict[str, Mapping[str, float]]:
    """Return the medians of each job in CPU seconds, and the ratio PyTorch / ONNX Runtime."""
    found: dict[str, Mapping[str, float]] = {}
    for name, pair in jobs.items():
        for job in pair:
            job()  # the first run makes sessions and reserves memory
        times = [[cpu_seconds(job) for job in pair] for _ in range(runs)]
        onnx, pytorch = (median(column) for column in zip(*times, strict=True))
        ratio = median(theirs / mine for mine, theirs in times)
        found[name] = {
            "onnx": round(onnx, 5),
            "torch": round(pytorch, 5),
            "ratio": round(ratio, 2),
        }
    return found


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    announce_threads(1)
    torch.set_num_threads(1)
    result = {
        "name": "CPU seconds of one thread, medians; ratio = PyTorch / ONNX Runtime",
        "command": f"python -m measurements.engines --model {options.model} "
        f"--runs {options.runs} --out {options.out.name}",
        "runs": options.runs,
        "machine": machine() | {"onnxruntime": version("onnxruntime")},
        f"{options.model}, 960×512": measure(codec_jobs(options.model, 512, 960), options.runs),
        "enhancers, 600×400": measure(enhancer_jobs(400, 600), options.runs),
    }
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
