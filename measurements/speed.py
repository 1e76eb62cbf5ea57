"""Measure speed against CompressAI's cheng2020_anchor in the same process.

    python -m measurements.speed --out results/speed.json

Both encode one 960×512 picture from memory to bytes, and decode it. The anchor has random weights,
because the amount of computation does not depend on them. Runs alternate, so that both run under
the same conditions.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from llcodec._threads import use_threads
from llcodec.bench.codecs.compressai_weights import zoo
from llcodec.bench.machine import machine
from llcodec.codec.codec import Codec, Target
from llcodec.imaging import Picture, read_picture

WIDTH, HEIGHT = 960, 512


def picture_of(path: Path | None) -> Picture:
    """Return the top left 960×512 pixels of a picture, or a seeded dark gradient with noise."""
    if path is not None:
        return Picture(np.ascontiguousarray(read_picture(path).pixels[:HEIGHT, :WIDTH]))
    rng = np.random.default_rng(0)
    slope = np.linspace(0, 40, WIDTH)[None, :, None] + np.zeros((HEIGHT, 1, 3))
    noisy = slope + rng.normal(0, 2, slope.shape)
    return Picture(noisy.clip(0, 255).round().astype(np.uint8))


def seconds(run: Callable[[], object]) -> float:
    """Return the seconds that ``run`` takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def anchor() -> Any:
    """Return cheng2020_anchor (N = 128) with seeded random weights, ready to code."""
    torch.manual_seed(0)
    model = zoo().model_architectures["cheng2020-anchor"](N=128).eval()
    model.update(force=True)
    return model


@torch.inference_mode()
def measure(picture: Picture, runs: int) -> dict[str, float]:
    """Return medians in seconds and the ratios anchor / llcodec."""
    codec, peer = Codec(device="cpu"), anchor()
    x: Tensor = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None].float() / 255
    data = codec.encode(picture, Target(4.0))
    coded = peer.compress(x)
    jobs: dict[str, Callable[[], object]] = {
        "encode": lambda: codec.encode(picture, Target(4.0)),
        "decode": lambda: codec.decode(data),
        "anchor_encode": lambda: peer.compress(x),
        "anchor_decode": lambda: peer.decompress(coded["strings"], coded["shape"]),
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, job in jobs.items():
            times[name].append(seconds(job))
    result = {name: round(median(values), 4) for name, values in times.items()}
    for name in ("encode", "decode"):
        ratios = [a / b for a, b in zip(times[f"anchor_{name}"], times[name], strict=True)]
        result[f"{name}_ratio"] = round(median(ratios), 1)
    return result


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    result = {
        "name": "seconds at 960×512, medians; ratio = cheng2020_anchor / llcodec",
        "command": f"python -m measurements.speed --runs {options.runs} --out {options.out.name}",
        "runs": options.runs,
        "machine": machine(),
        "seconds": measure(picture_of(options.picture), options.runs),
    }
    print(json.dumps(result["seconds"]))
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
