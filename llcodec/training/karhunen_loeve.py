"""The Karhunen–Loève transform of 16×16 colour patches, the initial weights of the linear path."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from llcodec._arrays import Pixels
from llcodec._bitstream import STRIDE
from llcodec.nets.joint import JointModel
from llcodec.nets.linear_transform import init_from_basis

_LEAST_SCALE = 0.01


def patch_basis(
    photographs: Sequence[Pixels], latents: int, rng: np.random.Generator, patches: int = 60_000
) -> tuple[Tensor, Tensor]:
    """Return the first ``latents`` basis vectors, M×3×16×16, and the root mean square of each."""
    per_picture = -(-patches // len(photographs))
    drawn = np.concatenate([_patches(p, per_picture, rng) for p in photographs])
    values, vectors = np.linalg.eigh(drawn.T @ drawn / len(drawn))
    order = np.argsort(values)[::-1][:latents]
    basis = torch.from_numpy(vectors[:, order].T.copy()).float()
    scale = torch.from_numpy(np.sqrt(values[order].clip(0))).float().clamp(min=_LEAST_SCALE)
    return basis.view(latents, 3, STRIDE, STRIDE), scale


def _patches(pixels: Pixels, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``count`` random patches of a picture, as rows in the order channel, row, column."""
    height, width = pixels.shape[:2]
    if min(height, width) < STRIDE:
        rest = ((0, max(0, STRIDE - height)), (0, max(0, STRIDE - width)), (0, 0))
        pixels = np.pad(pixels, rest, mode="symmetric")
    rows = rng.integers(pixels.shape[0] - STRIDE + 1, size=count)
    columns = rng.integers(pixels.shape[1] - STRIDE + 1, size=count)
    cut = [pixels[r : r + STRIDE, c : c + STRIDE] for r, c in zip(rows, columns, strict=True)]
    return np.stack(cut).transpose(0, 3, 1, 2).reshape(count, -1) / 255 - 0.5


@torch.no_grad()
def warm_start(model: JointModel, basis: Tensor, scale: Tensor, lambdas: Sequence[float]) -> None:
    """Initialise an untrained ``fast`` model as a transform codec: basis, gains, magnitudes."""
    assert model.linear_analysis is not None
    assert model.linear_synthesis is not None
    assert model.gain is not None
    init_from_basis(model.linear_analysis, model.linear_synthesis, basis)
    model.gain.init_from_lambdas(tuple(lambdas))
    middle = float(model.gain.log_gain[len(lambdas) // 2].mean().exp())
    model.latent_scale.copy_(scale)
    model.coded_scale.copy_(scale * middle)
    for network in _parameter_networks(model):
        last = network[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.weight.mul_(0.1)
        last.bias.zero_()


def _parameter_networks(model: JointModel) -> list[nn.Sequential]:
    if not model.preset.groups:
        return [model.entropy_parameters]
    return [group.entropy_parameters for group in model.grouped_context.channel_groups]
