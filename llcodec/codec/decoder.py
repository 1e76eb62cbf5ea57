"""From the tiles of a file to latents, and from latents to a picture."""

import numpy as np
import torch
from torch import Tensor

from llcodec.codec.joint import STRIDE, JointModel
from llcodec.codec.samples import Samples, to_samples
from llcodec.codec.tone_numbers import from_numbers
from llcodec.codec.windows import DECODER_HALO, windows
from llcodec.container import Container, Header
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.networks import QUALITY_UNITS, UNITS
from llcodec.errors import CorruptError, InputError
from llcodec.nets.tone import ToneCurve, rebrighten


def decode_latents(coder: LatentCoder, container: Container) -> Tensor:
    """Return the latents of all tiles, M×⌈H/16⌉×⌈W/16⌉, as integers in 1/64 held in float32.

    Raises CorruptError if a tile does not decode to what its encoder saw.
    """
    header = container.header
    height, width = (-(-n // STRIDE) for n in (header.height, header.width))
    latents = torch.empty(coder.networks.latents, height, width)
    for number, tile in enumerate(container.tiles):
        left, top, w, h = (-(-n // STRIDE) for n in header.tile_box(number))
        decoded = coder.decode(tile.stream, h, w, header.quality_units)
        if decoded.checksum() != tile.checksum:
            raise CorruptError(f"tile {number} decodes to the wrong symbols")
        latents[:, top : top + h, left : left + w] = decoded.y_hat
    return latents


@torch.inference_mode()
def synthesise(
    model: JointModel, latents: Tensor, header: Header, brightness: float, device: torch.device
) -> Samples:
    """Return the picture, H×W×3 samples, of latents in 1/64.

    ``brightness`` is 1 for the enhanced picture, 0 for the picture as it was shot.
    """
    quality = torch.tensor([header.quality_units / QUALITY_UNITS], device=device)
    factor = model.inverse_gain(quality) / UNITS
    curve = _curve(header, brightness, device)
    kind = np.uint16 if header.sixteen_bit else np.uint8
    picture = np.empty((header.height, header.width, 3), kind)
    for window in windows(latents.shape[-2], latents.shape[-1], DECODER_HALO):
        rows, columns = window.rows, window.columns
        y = latents[None, :, rows.start : rows.stop, columns.start : columns.stop].to(device)
        y = (y * factor).contiguous(memory_format=torch.channels_last)
        piece = model.synthesise(y)[..., _pixels(rows.inner), _pixels(columns.inner)]
        if curve is not None:
            piece = rebrighten(piece, curve, brightness)
        samples = to_samples(piece, sixteen_bit=header.sixteen_bit, grey=header.grey)
        top, left = rows.core_start * STRIDE, columns.core_start * STRIDE
        target = picture[top : top + samples.shape[0], left : left + samples.shape[1]]
        target[:] = samples[: target.shape[0], : target.shape[1]]
    return picture


def _pixels(latents: slice) -> slice:
    return slice(latents.start * STRIDE, latents.stop * STRIDE)


def check_brightness(header: Header, brightness: float) -> None:
    """Raise InputError unless a file can be shown at this brightness."""
    if not 0 <= brightness <= 1:
        raise InputError(f"brightness must be from 0 to 1, not {brightness}")
    if brightness != 1 and header.tone is None:
        raise InputError("this file holds no tone curve to undo: its model has none")


def _curve(header: Header, brightness: float, device: torch.device) -> ToneCurve | None:
    if brightness == 1 or header.tone is None:
        return None
    curve = from_numbers(header.tone)
    if not bool(torch.linalg.det(curve.matrix).abs() > 1e-4):
        raise CorruptError("the tone curve in the header cannot be undone")
    return ToneCurve(curve.log_gain.to(device), curve.log_gamma.to(device), curve.matrix.to(device))
