"""Compare the context of version 2 with a quadtree, for the latents of a codec that is trained.

    python -m measurements.context_orders --photographs photos --kodak kodak --out FILE.json

Transforms and gains stay as they are. Contexts start anew, hyperprior networks from the codec; both
are trained alike, on the same latents of the same crops. Bits are those of the probability model
for rounded latents, without tables and checksums.
"""

import argparse
import copy
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec._arrays import Pixels
from llcodec._bitstream import QUALITY_LEVELS, STRIDE
from llcodec._outputs import atomic_write
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec.models import find_model
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import CropSampler, Mix, gather_sources
from llcodec.engine.tensors import to_tensor
from llcodec.errors import LlcError
from llcodec.metrics import psnr
from llcodec.metrics.bjontegaard import bd_rate, curve_of
from llcodec.nets.grouped_context import GroupedContext
from llcodec.nets.joint import JointModel
from llcodec.training.precision import transforms_in
from llcodec.training.starting import load_codec
from measurements.quadtree_context import QuadtreeContext

_CONTEXTS = {"groups": GroupedContext, "quadtree": QuadtreeContext}
_TRAINED = "h_a", "h_s", "density", "grouped_context"
_CROP, _AT_ONCE = 256, 16
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Training:
    """How contexts are trained: on ``crops`` in all, at a step size that falls to zero."""

    crops: int = 50_000
    batch: int = 8
    learning_rate: float = 1e-3
    clip_norm: float = 1.0
    warm_up: float = 0.02
    seed: int = 0

    @property
    def steps(self) -> int:
        """The number of steps."""
        return max(1, self.crops // self.batch)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step: it rises for ``warm_up`` of them, and then falls."""
        done = (step + 1) / self.steps
        return self.learning_rate * min(done / self.warm_up, 1, (1 - done) / (1 - self.warm_up))


@dataclass(frozen=True)
class Row:
    """The means of pictures at a quality: bits per pixel, and PSNR of RGB in dB."""

    quality: int
    bpp: float
    psnr: float


def with_new_context(codec: JointModel, kind: str, seed: int = 0) -> JointModel:
    """Return a copy of a codec with a new context: ``groups``, as it has, or ``quadtree``."""
    torch.manual_seed(seed)
    model = copy.deepcopy(codec)
    model.register_module("grouped_context", _CONTEXTS[kind](model.preset))
    for name, part in model.named_children():
        part.requires_grad_(name in _TRAINED)
    return model


@torch.no_grad()
def latents_of(codec: JointModel, photographs: Sequence[Pixels], crops: int, seed: int) -> Tensor:
    """Return the latents of random crops of photographs, N×M×16×16, without gain."""
    sampler = CropSampler(gather_sources([], photographs), Mix(), np.random.default_rng(seed))
    made = []
    for start in range(0, crops, _AT_ONCE):
        pictures = sampler.photographs(min(_AT_ONCE, crops - start), _CROP)
        with transforms_in("auto", _CPU):
            made.append(codec.analyse(pictures, None, enhance=False))
    return torch.cat(made)


def train(model: JointModel, latents: Tensor, training: Training) -> None:
    """Train what codes latents to take fewer bits, at random qualities.

    The logarithm of bits is minimised, so that a percent counts the same at every quality.
    """
    rng = np.random.default_rng(training.seed)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(trained)
    for step, picked in enumerate(_batches(len(latents), training, rng)):
        for group in optimiser.param_groups:
            group["lr"] = training.rate(step)
        quality = torch.from_numpy(rng.uniform(1, QUALITY_LEVELS, len(picked))).float()
        y = latents[torch.from_numpy(picked)] * model.log_gain(quality).exp()
        with transforms_in("auto", _CPU):
            _, bits, hyper_bits = model.entropy_model(y, quality)
        optimiser.zero_grad(set_to_none=True)
        (bits + hyper_bits).log().mean().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, training.clip_norm)
        optimiser.step()


def _batches(
    count: int, training: Training, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of each batch; each of ``count`` comes once before any comes again."""
    order = np.zeros(0, np.int64)
    for _ in range(training.steps):
        while len(order) < training.batch:
            order = np.concatenate((order, rng.permutation(count)))
        yield order[: training.batch]
        order = order[training.batch :]


@torch.no_grad()
def rates(model: JointModel, pictures: Sequence[Pixels]) -> list[Row]:
    """Return what pictures take, and how good they are, at each quality."""
    rows = []
    for quality in range(1, QUALITY_LEVELS + 1):
        bpps, psnrs = zip(*(_coded(model, pixels, quality) for pixels in pictures), strict=True)
        rows.append(Row(quality, round(fmean(bpps), 5), round(fmean(psnrs), 4)))
    return rows


def _coded(model: JointModel, pixels: Pixels, quality: int) -> tuple[float, float]:
    """Return the bits per pixel and the PSNR of a picture."""
    asked, picture = torch.tensor([float(quality)]), to_tensor(pixels)
    height, width = picture.shape[-2:]
    side = 4 * STRIDE  # hyper-latents have a quarter of the size of latents
    padded = F.pad(picture, (0, -width % side, 0, -height % side), mode="replicate")
    y = model.analyse(padded, None, enhance=False) * model.log_gain(asked).exp()
    y_hat, bits, hyper_bits = model.entropy_model(y, asked, torch.round)
    decoded = model.synthesise(y_hat * model.inverse_gain(asked))[0, :, :height, :width]
    levels = (decoded.clamp(0, 1) * 255).round().permute(1, 2, 0).byte().numpy()
    return float(bits + hyper_bits) / (height * width), psnr(levels, pixels)


def saving(anchor: Sequence[Row], rows: Sequence[Row]) -> float | None:
    """Return the BD-rate of PSNR in percent, below 0 if ``rows`` take fewer bits."""
    one, other = (curve_of([r.bpp for r in of], [r.psnr for r in of]) for of in (anchor, rows))
    found = None if one is None or other is None else bd_rate(one, other)
    return None if found is None else round(found, 2)


def _measure(options: argparse.Namespace) -> None:
    codec, training = load_codec(find_model(options.model)), Training(options.crops)
    pictures = DataFolders.sort([options.kodak]).read_photographs()
    photographs = DataFolders.sort(options.photographs).read_photographs()
    crops = min(options.distinct, training.crops)
    latents = latents_of(codec, photographs, crops, training.seed)
    trained = rates(codec, pictures)
    contexts: dict[str, dict[str, object]] = {}
    anchor: list[Row] = []
    for kind in _CONTEXTS:
        model, start = with_new_context(codec, kind, training.seed), time.process_time()
        train(model, latents, training)
        seconds = time.process_time() - start
        rows = rates(model, pictures)
        anchor = anchor or rows
        networks = model.get_submodule("grouped_context")
        contexts[kind] = {
            "parameters": sum(p.numel() for p in networks.parameters()),
            "crops_per_cpu_second": round(training.crops / seconds, 2),
            "bd_rate": saving(anchor, rows),
            "bd_rate_against_shipped": saving(trained, rows),
            "rows": [asdict(row) for row in rows],
        }
        print(kind, contexts[kind]["bd_rate"], flush=True)
    result = {
        "command": "python -m measurements.context_orders --photographs "
        f"{' '.join(p.name for p in options.photographs)} --kodak {options.kodak.name} "
        f"--model {options.model} --crops {options.crops} --distinct {options.distinct}",
        "machine": machine(),
        "pictures": len(pictures),
        "photographs": len(photographs),
        "training": asdict(training),
        "shipped": [asdict(row) for row in trained],
        "contexts": contexts,
    }
    with atomic_write(options.out) as part:
        part.write_text(json.dumps(result, indent=1) + "\n")


def main() -> None:
    """Run the measurement of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, nargs="+", required=True, help="to train with")
    parser.add_argument("--kodak", type=Path, required=True, help="photographs to measure")
    parser.add_argument("--model", default="base-2", help="a codec of version 2")
    parser.add_argument("--crops", type=int, default=Training.crops)
    parser.add_argument("--distinct", type=int, default=10_000, help="crops that are drawn")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    use_threads(options.threads)
    try:
        _measure(options)
    except LlcError as error:
        sys.exit(f"context_orders: {error}")


if __name__ == "__main__":
    main()
