"""From a picture to latents, and from latents to the tiles of a file."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.codec.joint import HYPER_STRIDE, STRIDE, JointModel
from llcodec.codec.samples import Samples, cut, whole_thumbnail
from llcodec.codec.tone_numbers import from_numbers, to_numbers
from llcodec.codec.windows import ENCODER_HALO, windows
from llcodec.container import Tile
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.networks import QUALITY_UNITS
from llcodec.errors import InputError
from llcodec.nets.tone import ToneCurve

TILE_SIZE = 2048
MAX_TILE_SIZE = 4096  # what a tile costs to decode is bounded by this


def check_tile_size(size: int) -> None:
    """Raise InputError unless tiles may have this edge, in pixels."""
    if size not in range(64, MAX_TILE_SIZE + 1, 64):
        raise InputError(f"tiles must be a multiple of 64 from 64 to {MAX_TILE_SIZE}, not {size}")


@dataclass(frozen=True)
class Analysis:
    """What a picture is to the coder, before any quality is chosen: M×h×w latents, tone."""

    latents: Tensor
    tone: tuple[int, ...] | None


@torch.inference_mode()
def analyse(model: JointModel, pixels: Samples, device: torch.device) -> Analysis:
    """Return the latents of H×W×3 samples, and the 15 tone numbers they were brightened with.

    The tone is predicted once from the whole picture; the transforms, attention among them, run
    window by window.
    """
    predicted = model.predict_tone(whole_thumbnail(pixels).to(device))
    tone = None if predicted is None else to_numbers(predicted)
    curve = None if tone is None else _on(from_numbers(tone), device)
    height, width = (-(-n // STRIDE) for n in pixels.shape[:2])
    latents = torch.empty(model.preset.latents, height, width)
    for window in windows(height, width, ENCODER_HALO):
        rows, columns = window.rows, window.columns
        x = cut(
            pixels,
            rows.start * STRIDE,
            columns.start * STRIDE,
            (rows.stop - rows.start) * STRIDE,
            (columns.stop - columns.start) * STRIDE,
        )
        x = x.to(device).contiguous(memory_format=torch.channels_last)
        y = model.analyse(x, curve)[0, :, rows.inner, columns.inner]
        latents[:, rows.core_start : rows.core_stop, columns.core_start : columns.core_stop] = y
    return Analysis(latents, tone)


@torch.inference_mode()
def encode_tiles(
    model: JointModel, coder: LatentCoder, analysis: Analysis, quality_units: int, tile_size: int
) -> tuple[Tile, ...]:
    """Return the tiles of a picture at one quality, in raster order.

    One after the other: choosing the symbols of a tile takes a gigabyte.
    """
    gain = model.log_gain(_quality(quality_units, model)).exp()[0].cpu()
    side = tile_size // STRIDE
    tiles = []
    for rows in torch.split(analysis.latents, side, 1):
        for y in torch.split(rows, side, 2):
            coded = y * gain
            z_hat = hyper_latents(model, coded)
            stream, decoded = coder.encode(coded, z_hat, quality_units)
            tiles.append(Tile(decoded.checksum(), stream))
    return tuple(tiles)


def hyper_latents(model: JointModel, coded: Tensor) -> Tensor:
    """Return the rounded hyper-latents of gained latents, padded to whole hyper-latents."""
    device = model.coded_scale.device
    normal = coded.to(device) / model.coded_scale[:, None, None]
    pad = (0, -coded.shape[-1] % HYPER_STRIDE, 0, -coded.shape[-2] % HYPER_STRIDE)
    z: Tensor = model.h_a(F.pad(normal[None], pad, mode="replicate"))
    return z[0].round().cpu()


def _quality(quality_units: int, model: JointModel) -> Tensor:
    return torch.tensor([quality_units / QUALITY_UNITS], device=model.coded_scale.device)


def _on(curve: ToneCurve, device: torch.device) -> ToneCurve:
    return ToneCurve(curve.log_gain.to(device), curve.log_gamma.to(device), curve.matrix.to(device))
