"""Decoding: from latents to pixels."""

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Samples
from llcodec._bitstream import LATENT_UNITS, QUALITY_UNITS, STRIDE
from llcodec.codec.brightness import Brightness
from llcodec.codec.latents import LatentPlane, Latents
from llcodec.codec.region import Region, whole_picture
from llcodec.codec.samples import to_samples
from llcodec.codec.windows import DECODER_HALO, place_of, windows
from llcodec.container import Header
from llcodec.engine.protocol import Place, Transforms
from llcodec.errors import InputError

MAX_BRIGHTNESS = 2
"""The highest brightness: twice as many stops as the tone curve of the file has."""

MAX_STOPS = 4
"""The largest change of the exposure."""

MAX_BLACK_POINT = 64
"""The highest level, of 255, that can be made black."""


def synthesise(
    transforms: Transforms,
    latents: Latents,
    header: Header,
    brightness: float,
    region: Region | None = None,
    exposure: float = 0.0,
    black_point: float = 0.0,
) -> Samples:
    """Run the synthesis transform and return a region of the picture as h×w×3 samples.

    Args:
        transforms: of the model.
        latents: those that the region needs.
        header: of the file.
        brightness: 1 for the enhanced picture, 0 for the picture as it was shot; up to 2.
        region: all of the picture by default.
        exposure: stops to add, from -4 to 4.
        black_point: level that is made black, from 0 to 64 of 255.
    """
    region = region or whole_picture(header)
    factor = _factor(transforms, header)
    shown = _brightness(header, brightness, exposure, black_point)
    kind = np.uint16 if header.sixteen_bit else np.uint8
    box = region.latents
    covered = np.empty(
        ((box.bottom - box.top) * STRIDE, (box.right - box.left) * STRIDE, 3),
        kind,
    )
    height, width = (-(-n // STRIDE) for n in (header.height, header.width))
    for window in windows(height, width, DECODER_HALO, box):
        rows, columns = window.rows, window.columns
        core = rows.inner, columns.inner
        piece = transforms.synthesise(latents.crop(window) * factor, core)
        if shown is not None:
            place = place_of(rows.core, columns.core, header.height, header.width)
            piece = shown.adjust(piece, place)
        samples = to_samples(piece, sixteen_bit=header.sixteen_bit, grey=header.grey)
        top, left = (
            (rows.core.start - box.top) * STRIDE,
            (columns.core.start - box.left) * STRIDE,
        )
        covered[top : top + samples.shape[0], left : left + samples.shape[1]] = samples
    top, left = region.top - box.top * STRIDE, region.left - box.left * STRIDE
    return np.ascontiguousarray(covered[top : top + region.height, left : left + region.width])


def preview(
    transforms: Transforms,
    plane: LatentPlane,
    header: Header,
    side: int,
    brightness: float,
    exposure: float = 0.0,
    black_point: float = 0.0,
) -> Samples | None:
    """Return the whole picture scaled down, s·⌈H/16⌉×s·⌈W/16⌉×3 samples, for a ``side`` of s.

    Several times faster than :func:`synthesise`. None if the model has no linear path.
    """
    picture = transforms.preview(plane.values * _factor(transforms, header), side)
    if picture is None:
        return None
    shown = _brightness(header, brightness, exposure, black_point)
    if shown is not None:
        step = STRIDE // side
        rows, columns = (slice(0, n * step) for n in picture.shape[:2])
        place = Place(rows, columns, header.height, header.width, step)
        picture = shown.adjust(picture, place)
    return to_samples(picture, sixteen_bit=header.sixteen_bit, grey=header.grey)


def _factor(transforms: Transforms, header: Header) -> NDArray[np.float32]:
    """Return the inverse gain of latents in 1/64, M×1×1."""
    gain = transforms.inverse_gain(header.quality_units / QUALITY_UNITS)
    return gain[:, None, None] / np.float32(LATENT_UNITS)


def check_brightness(header: Header, brightness: float, *, model_has_tone: bool) -> None:
    """Raise InputError unless a file can be decoded at this brightness.

    A file without tone numbers, of a model with a tone network, has a picture of one colour or a
    graphic: it is the same at every brightness.
    """
    if not 0 <= brightness <= MAX_BRIGHTNESS:
        raise InputError(f"brightness must be from 0 to {MAX_BRIGHTNESS}, not {brightness}")
    if brightness != 1 and header.tone is None and not model_has_tone:
        raise InputError("this file has no tone curve to undo: its model has none")


def _brightness(
    header: Header, brightness: float, exposure: float, black_point: float
) -> Brightness | None:
    if header.tone is None:
        brightness = 1.0
    if brightness == 1 and exposure == black_point == 0:
        return None
    return Brightness(header.tone, brightness, exposure, black_point)


def check_exposure(stops: float) -> None:
    """Raise InputError unless the exposure can change by this many stops."""
    if not -MAX_STOPS <= stops <= MAX_STOPS:
        raise InputError(f"exposure must be from -{MAX_STOPS} to {MAX_STOPS} stops, not {stops}")


def check_black_point(level: float) -> None:
    """Raise InputError unless a level can be made black."""
    if not 0 <= level <= MAX_BLACK_POINT:
        raise InputError(f"the black point must be from 0 to {MAX_BLACK_POINT}, not {level}")
