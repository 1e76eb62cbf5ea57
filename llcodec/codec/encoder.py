"""Encoding: from a picture to latents, and from latents to the tiles of a file."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._arrays import Samples
from llcodec._bitstream import HYPER_STRIDE, QUALITY_UNITS, STRIDE, TILE_SIZE_STEP
from llcodec._limits import MAX_TILE_SIZE
from llcodec._windows import Window
from llcodec.codec.joint import JointModel
from llcodec.codec.samples import crop, thumbnail_of_samples
from llcodec.codec.tone_numbers import from_numbers, to_numbers
from llcodec.codec.windows import ENCODER_HALO, in_pixels, windows
from llcodec.container import Tile
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.errors import BrokenModelError, InputError
from llcodec.nets.snr import snr_ratio

TILE_SIZE = 2048  # pixels a side, unless the caller gives another size


def check_tile_size(size: int) -> None:
    """Raise InputError unless tiles may have this width and height, in pixels."""
    if size not in range(TILE_SIZE_STEP, MAX_TILE_SIZE + 1, TILE_SIZE_STEP):
        raise InputError(f"tiles must be a multiple of 64 from 64 to {MAX_TILE_SIZE}, not {size}")


@dataclass(frozen=True)
class AnalysedPicture:
    """The latents of a picture, M×h×w, and its 15 tone numbers, before a quality is chosen."""

    latents: Tensor
    tone: tuple[int, ...] | None


@torch.inference_mode()
def analyse(model: JointModel, pixels: Samples, device: torch.device) -> AnalysedPicture:
    """Run the analysis transform on H×W×3 samples.

    The tone and the largest SNR are computed from the whole picture; the transforms, attention
    included, run window by window.
    """
    predicted = model.predict_tone(thumbnail_of_samples(pixels).to(device))
    tone = None if predicted is None else to_numbers(predicted)
    curve = None if tone is None else from_numbers(tone).to(device)
    height, width = (-(-n // STRIDE) for n in pixels.shape[:2])
    pieces = list(windows(height, width, ENCODER_HALO))
    # snr_map finds the largest SNR of a single window itself, and the robust map needs none.
    needs_ratio = model.preset.snr == "published" and len(pieces) > 1
    max_ratio = _max_snr_ratio(pixels, pieces, device) if needs_ratio else None
    latents = torch.empty(model.preset.latents, height, width)
    for window in pieces:
        rows, columns = window.rows, window.columns
        x = _pixels_of(pixels, window, device)
        y = model.analyse(x, curve, max_ratio=max_ratio)[0, :, rows.inner, columns.inner]
        latents[:, rows.core, columns.core] = y
    return AnalysedPicture(latents, tone)


def _max_snr_ratio(pixels: Samples, pieces: Iterable[Window], device: torch.device) -> Tensor:
    """Return the largest SNR of a picture, 1×1×1×1."""
    maxima = []
    for window in pieces:
        ratio = snr_ratio(_pixels_of(pixels, window, device))
        core = ratio[..., in_pixels(window.rows.inner), in_pixels(window.columns.inner)]
        maxima.append(core.amax((-2, -1), keepdim=True))
    return torch.stack(maxima).amax(0)


def _pixels_of(pixels: Samples, window: Window, device: torch.device) -> Tensor:
    """Return a window of a picture with its halo, 1×3×H×W in [0, 1]."""
    rows, columns = window.rows, window.columns
    x = crop(
        pixels,
        rows.outer.start * STRIDE,
        columns.outer.start * STRIDE,
        (rows.outer.stop - rows.outer.start) * STRIDE,
        (columns.outer.stop - columns.outer.start) * STRIDE,
    )
    return x.to(device).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def encode_tiles(
    model: JointModel,
    coder: LatentCoder,
    analysis: AnalysedPicture,
    quality_units: int,
    tile_size: int,
) -> tuple[Tile, ...]:
    """Return the tiles of a picture at one quality, in raster order.

    Tiles are coded one after the other: choosing the symbols of one takes a gigabyte.

    Raises:
        BrokenModelError: when the latents are not finite.
    """
    gain = model.log_gain(_quality(quality_units, model)).exp()[0].cpu()
    side = tile_size // STRIDE
    tiles = []
    for rows in torch.split(analysis.latents, side, 1):
        for y in torch.split(rows, side, 2):
            coded = y * gain
            z_hat = hyper_latents(model, coded)
            if not (coded.isfinite().all() and z_hat.isfinite().all()):
                raise BrokenModelError("the model computes latents that are not finite")
            stream, decoded = coder.encode(coded.numpy(), z_hat.numpy(), quality_units)
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
