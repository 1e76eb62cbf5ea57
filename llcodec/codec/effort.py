"""Search better latents for one image: what ``--effort`` spends its time on.

Latents are rounded one by one, but an error of one can make up for the error of another. Each round
moves what is rounded towards where the pixels say that the error of the others leaves each latent
best off (a damped Jacobi iteration; Campos et al., CVPR Workshops 2019, and Yang et al., NeurIPS
2020, search latents by gradients, too). The best of all rounds is kept. Decoders need not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from llcodec._arrays import Floats, Samples
from llcodec._bitstream import QUALITY_UNITS, STRIDE
from llcodec._windows import Window, crossed, spans
from llcodec.codec.samples import crop
from llcodec.codec.unrounded import unrounded
from llcodec.codec.windows import DECODER_HALO, LatentBox
from llcodec.engine.protocol import Transforms
from llcodec.entropy.latent_coder import LatentCoder, TileLatents
from llcodec.entropy.rdoq import LAMBDA
from llcodec.errors import InputError

EFFORTS: Final = (0, 1, 2, 3, 4, 6, 8, 12, 18, 27)
"""The rounds of the efforts 0 … 9."""

_DAMPING = 0.3  # the share of the way that a round goes
_REACH = 1.0  # steps that a latent may move
_FLATTEST = 0.1  # the least curvature of a channel, as a share of the mean
_SIDE = 32  # latents of a window whose gradient is computed at once


def check_effort(effort: int) -> None:
    """Raise InputError unless there is such an effort."""
    if effort not in range(len(EFFORTS)):
        raise InputError(f"the effort must be from 0 to {len(EFFORTS) - 1}, not {effort}")


@dataclass(frozen=True, eq=False)
class Search:
    """A search for better latents of one image at one quality.

    Attributes:
        transforms: of the model.
        coder: of the model.
        rounds: how often latents are moved.
        pixels: what decoded pixels should be, H×W×3; None where the model changes the picture:
            they should be what latents without rounding become.
        latents: of the image, M×h×w, without gain.
        quality_units: the quality in 1/256.
    """

    transforms: Transforms
    coder: LatentCoder
    rounds: int
    pixels: Samples | None
    latents: Floats
    quality_units: int

    def encode(self, coded: Floats, z_hat: Floats, box: LatentBox) -> tuple[bytes, TileLatents]:
        """Return the stream of a tile and what it decodes to.

        Args:
            coded: gained latents of the tile.
            z_hat: their hyper-latents.
            box: where the tile lies.
        """
        stream, decoded = self.coder.encode(coded, z_hat, self.quality_units)
        if min(self.latents.shape[1:]) < 2:
            return stream, decoded  # an edge of one latent has no neighbours to fold into
        targets = [self._target(window) for window in _windows(box, self.latents.shape)]
        moved, curvature, best = coded, None, None
        for turn in range(self.rounds + 1):
            y_hat = decoded.in_steps()
            error, slope = self._gradient(y_hat, box, targets)
            if curvature is None:
                curvature = _curvature(slope, y_hat - coded)
            cost = error / float(curvature.mean()) + LAMBDA * 8 * len(stream)
            if best is None or cost < best[0]:
                best = cost, stream, decoded
            if turn < self.rounds:
                wanted = y_hat - slope / (2 * curvature)
                wanted = coded + np.clip(wanted - coded, -_REACH, _REACH)
                moved = (moved + _DAMPING * (wanted - moved)).astype(np.float32)
                stream, decoded = self.coder.encode(moved, z_hat, self.quality_units)
        assert best is not None
        return best[1:]

    def _target(self, window: Window) -> Floats:
        """Return what the pixels of the core of a window should be."""
        rows, columns = window.rows, window.columns
        if self.pixels is None:
            latents = unrounded(self.transforms, self.latents[:, rows.outer, columns.outer])
            return self.transforms.synthesise(latents, (rows.inner, columns.inner))
        height, width = rows.core.stop - rows.core.start, columns.core.stop - columns.core.start
        top, left = rows.core.start * STRIDE, columns.core.start * STRIDE
        return crop(self.pixels, top, left, height * STRIDE, width * STRIDE)

    def _gradient(
        self, y_hat: Floats, box: LatentBox, targets: list[Floats]
    ) -> tuple[float, Floats]:
        """Return the squared error of a tile's pixels, and its gradient by its gained latents."""
        total, gradient = 0.0, np.zeros(y_hat.shape, np.float32)
        tile = y_hat * self._factor
        for window, target in zip(_windows(box, self.latents.shape), targets, strict=True):
            rows, columns = window.rows, window.columns
            # What lies around the tile is as a decoder has it, but for rounding.
            around = self.latents[:, rows.outer, columns.outer]
            seen = unrounded(self.transforms, around, self._quality)
            of_tile, of_window = _shared(window, box)
            seen[of_window] = tile[of_tile]
            core = rows.inner, columns.inner
            error, slope = self.transforms.synthesis_gradient(seen, target, core)
            total += error
            gradient[of_tile] += slope[of_window]
        return total, gradient * self._factor

    @property
    def _quality(self) -> float:
        return self.quality_units / QUALITY_UNITS

    @cached_property
    def _factor(self) -> Floats:
        """The inverse gain, M×1×1."""
        return self.transforms.inverse_gain(self._quality)[:, None, None]


def _windows(box: LatentBox, shape: tuple[int, ...]) -> Iterator[Window]:
    """Yield windows whose cores cover a tile."""
    axes = [
        spans(start, stop, length, count=-(-(stop - start) // _SIDE), halo=DECODER_HALO)
        for start, stop, length in zip(box[::2], box[1::2], shape[1:], strict=True)
    ]
    return crossed(*axes)


def _shared(
    window: Window, box: LatentBox
) -> tuple[tuple[slice, slice, slice], tuple[slice, slice, slice]]:
    """Return what a window with its halo and a tile share: where in the tile, and in the window."""
    of_tile, of_window = [slice(None)], [slice(None)]
    for span, start, stop in zip((window.rows, window.columns), box[::2], box[1::2], strict=True):
        first, last = max(span.outer.start, start), min(span.outer.stop, stop)
        of_tile.append(slice(first - start, last - start))
        of_window.append(slice(first - span.outer.start, last - span.outer.start))
    return (of_tile[0], of_tile[1], of_tile[2]), (of_window[0], of_window[1], of_window[2])


def _curvature(slope: Floats, error: Floats) -> Floats:
    """Return half of the second derivative of the squared error by each channel, M×1×1.

    Were the error quadratic in the latents, its gradient would be twice this times theirs.
    """
    products, squares = (slope * error).sum((1, 2)), (error * error).sum((1, 2))
    mean = max(float(products.sum() / (2 * squares.sum() + 1e-9)), 1e-12)
    each = products / (2 * squares + 1e-9)
    curvature: Floats = np.clip(each, _FLATTEST * mean, mean / _FLATTEST)[:, None, None]
    return curvature.astype(np.float32)
