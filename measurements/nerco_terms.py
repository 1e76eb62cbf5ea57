"""Measure which terms of NeRCo's loss pull G_H towards the truth, and which away from it.

    python -m measurements.nerco_terms --dark lol --bright photos --pairs lol --out FILE.json

Discriminators are trained against one state of the networks. Then the gradient of each weighted
term with respect to G_H, averaged over crops, is compared with that of the squared error on
validation pairs, in whole and in parts: brightness, colour cast, shading, and detail with noise. A
cosine of 1 means that the term reduces this error, −1 that it increases it. Pairs are only
measured. A weight file has no G_L, so that terms with both generators are those of its start.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._arrays import Floats
from llcodec._outputs import atomic_write
from llcodec.bench.machine import machine
from llcodec.data.folders import DataFolders
from llcodec.data.pairs import Pair
from llcodec.data.spacing import evenly_spaced
from llcodec.data.unpaired import (
    Crop,
    UnpairedSampler,
    enlarged,
    gather_unpaired,
    read_bright,
    read_dark,
)
from llcodec.engine.tensors import to_tensor
from llcodec.errors import InputError, LlcError
from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.discriminators import Discriminators
from llcodec.nerco.dual_loop import DualLoop, dual_loop
from llcodec.nerco.guidance import TextGuide, bright_text_loss
from llcodec.nerco.loss_weights import NercoLossWeights
from llcodec.nerco.losses import generator_losses, real_loss, reconstruction_loss_1, total_loss
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import COMPACT
from llcodec.nerco.step import NercoStep
from llcodec.nerco.views import View, view
from llcodec.nerco.windows import STRIDE, Area
from llcodec.nets.tone import thumbnail
from llcodec.text_guide.loading import load_guide
from llcodec.training.camera_noise import CameraNoise
from llcodec.training.checkpoint import is_weight_file, read_tensors, tensors_within
from llcodec.training.even_light import evenly_lit

COARSE = 16
"""The side, in pixels, of the squares whose means are shading."""

_ENLARGED = 1.6  # as in the recipe
Terms = Mapping[str, Tensor]


def error_parts(made: Tensor, high: Tensor) -> dict[str, Tensor]:
    """Return the mean squared error of pictures, B×3×H×W in [0, 1], as four parts and their sum.

    H and W are multiples of ``COARSE``. The parts are orthogonal, so that they add up.
    """
    error = made - high
    coarse = F.avg_pool2d(error, COARSE)
    channels = error.mean((2, 3), keepdim=True)
    mean = channels.mean(1, keepdim=True)
    detail = error - F.interpolate(coarse, scale_factor=COARSE)
    parts = {
        "brightness": mean.square().mean(),
        "cast": (channels - mean).square().mean(),
        "shading": (coarse - channels).square().mean(),
        "detail": detail.square().mean(),
    }
    return parts | {"all": error.square().mean()}


def weighted_terms(
    loop: DualLoop, judges: Discriminators, guide: TextGuide | None, weights: NercoLossWeights
) -> dict[str, Tensor]:
    """Return the weighted terms that reach G_H, and the total of all terms."""
    terms = {"adversarial": weights.adversarial * real_loss(judges.d_h(loop.bright))}
    edges = judges.d_h.of_edges(loop.bright)
    if edges is not None:
        terms["edges"] = weights.edges * real_loss(edges)
    if guide is not None:
        terms["text"] = weights.text * bright_text_loss(guide, loop.bright)
    dark_again, dark = (F.avg_pool2d(x, STRIDE) for x in (loop.low_again, loop.low))
    terms["loop_dark"] = weights.consistency * F.l1_loss(dark_again, dark)
    terms["loop_bright"] = weights.consistency * F.l1_loss(loop.high_again, loop.high)
    if loop.identity is not None:
        terms["identity"] = weights.identity * F.l1_loss(loop.identity.high, loop.high)
    if loop.cooperation is not None:
        made = loop.cooperation
        terms["reconstruction_1"] = weights.cooperative * reconstruction_loss_1(loop, made)
        again = F.l1_loss(made.pseudo_low_enhanced, loop.high)
        terms["reconstruction_2"] = weights.cooperative * again
    losses = generator_losses(loop, judges, guide, weights)
    return terms | {"total": total_loss(losses, weights)}


class MeanGradients:
    """The means of named scalars, and of their gradients with respect to some parameters."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self.parameters = parameters
        self.values: dict[str, list[float]] = {}
        self.sums: dict[str, Tensor] = {}

    def add(self, terms: Terms) -> None:
        """Add the values and the gradients of terms."""
        for name, term in terms.items():
            found = torch.autograd.grad(
                term, self.parameters, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            flat = torch.cat([gradient.flatten() for gradient in found])
            self.values.setdefault(name, []).append(float(term.detach()))
            self.sums[name] = self.sums.get(name, torch.zeros_like(flat)) + flat

    def value(self, name: str) -> float:
        """Return the mean of a scalar."""
        return float(np.mean(self.values[name]))

    def norm(self, name: str) -> float:
        """Return the length of a mean gradient."""
        return float(self.sums[name].norm()) / len(self.values[name])

    def cosine(self, name: str, other: "MeanGradients", part: str) -> float:
        """Return the cosine of the angle between two mean gradients."""
        return float(F.cosine_similarity(self.sums[name], other.sums[part], 0))


def read_state(path: Path | None) -> NercoModel:
    """Return the networks of a checkpoint or a weight file, or as they are initialised.

    Raises InputError if the file has no weights of the compact networks.
    """
    torch.manual_seed(0)
    model = NercoModel(COMPACT)
    if path is not None:
        prefix = "float." if is_weight_file(path) else "ema."
        found = tensors_within(prefix, read_tensors(path)[0])
        try:
            missing, extra = model.load_state_dict({k: v.float() for k, v in found.items()}, False)
        except RuntimeError as error:
            raise InputError(f"{path}: not the weights of {COMPACT.name}") from error
        if extra or any(not name.startswith("g_l.") for name in missing):
            raise InputError(f"{path}: not the weights of {COMPACT.name}")
    return model


def views_of(pairs: Sequence[Pair], size: int) -> Iterator[tuple[View, Tensor]]:
    """Yield the central crops of dark pictures as views, and those of the bright ones."""
    for pair in pairs:
        low, high = to_tensor(pair.low), to_tensor(pair.high)
        height, width = low.shape[-2:]
        top, left = ((side - size) // 2 // STRIDE * STRIDE for side in (height, width))
        rows, columns = slice(top, top + size), slice(left, left + size)
        at = coordinates(height, width, Area(top, left, size, size))
        yield view(low[..., rows, columns], thumbnail(low), at), high[..., rows, columns]


def measure(
    model: NercoModel, sampler: UnpairedSampler, pairs: Sequence[Pair], options: argparse.Namespace
) -> dict[str, object]:
    """Return the parts of the error, and each term with its value, gradient and cosines."""
    judges, camera = Discriminators(COMPACT), CameraNoise(sampler.rng)
    guide, weights = load_guide(options.guide), NercoLossWeights()
    step = NercoStep(model, judges, sampler.rng, guide=guide, camera=camera, weights=weights)
    draws = (sampler.dark, sampler.bright)

    def crops() -> tuple[View, View]:
        low, high = (_as_view(draw(options.crop)) for draw in draws)
        return low, high

    for _ in range(options.judged):
        step.judge(*crops())
    parameters = list(model.g_h.parameters())
    truth, terms = MeanGradients(parameters), MeanGradients(parameters)
    for dark, high in views_of(pairs, options.crop):
        truth.add(error_parts((model(dark) + 1) / 2, high))
    for _ in range(options.batches):
        loop = dual_loop(model, *crops(), camera=camera)
        terms.add(weighted_terms(loop, judges, guide, weights))
    return {
        "error": {part: round(truth.value(part), 5) for part in truth.values},
        "terms": {
            name: {
                "value": round(terms.value(name), 4),
                "gradient": round(terms.norm(name), 4),
                "cosines": {part: round(terms.cosine(name, truth, part), 3) for part in truth.sums},
            }
            for name in terms.values
        },
    }


def _as_view(crop: Crop) -> View:
    picture, small = (_planes(x) for x in (crop.pixels, crop.small))
    size = crop.pixels.shape[0]
    at = coordinates(crop.height, crop.width, Area(crop.top, crop.left, size, size))
    return view(picture, small, at)


def _planes(pixels: Floats) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None].contiguous()


def command(options: argparse.Namespace) -> str:
    """Return the command line, with the names of folders and files alone."""
    parts = ["python -m measurements.nerco_terms"]
    for name, value in vars(options).items():
        if value is not None:
            values = value if isinstance(value, list) else [value]
            parts += [f"--{name}", *(v.name if isinstance(v, Path) else str(v) for v in values)]
    return " ".join(parts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the states of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dark", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--bright", type=Path, nargs="+", required=True, metavar="FOLDER")
    parser.add_argument("--pairs", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="weight file or checkpoint")
    parser.add_argument("--guide", default="dusk-guide")
    parser.add_argument("--photographs", type=int, default=200, help="how many, evenly spaced")
    parser.add_argument("--most", type=int, default=16, help="validation pairs, evenly spaced")
    parser.add_argument("--judged", type=int, default=80, help="steps of the discriminators")
    parser.add_argument(
        "--batches", type=int, default=12, help="crops of which gradients are taken"
    )
    parser.add_argument("--crop", type=int, default=320)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    model = read_state(options.weights)
    bright = evenly_lit(evenly_spaced(read_bright(options.bright), options.photographs))
    pictures = gather_unpaired(read_dark(options.dark), enlarged(bright, _ENLARGED))
    sampler = UnpairedSampler(pictures, np.random.default_rng(0))
    pairs = DataFolders.sort([options.pairs]).read_some("val", options.most)
    names = {"weights": options.weights.name if options.weights else "as initialised"}
    names |= {"command": command(options), "machine": machine()}
    result = names | measure(model, sampler, pairs, options)
    with atomic_write(options.out) as part:
        part.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
