"""The interface between codecs and enhancers and the library that runs their float networks."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from llcodec._arrays import Floats  # of pictures H×W×3, or latents M×h×w

Core: TypeAlias = tuple[slice, slice]
"""Rows and columns of latents, each with a start and a stop."""


@dataclass(frozen=True)
class Place:
    """Where a window lies in its picture.

    Attributes:
        rows: its rows of pixels, which may reach beyond the picture.
        columns: its columns of pixels, likewise.
        height: of the picture.
        width: of the picture.
        step: pixels of the picture, along each axis, for one of the window: above 1 in previews.
    """

    rows: slice
    columns: slice
    height: int
    width: int
    step: int = 1

    @classmethod
    def whole(cls, height: int, width: int) -> "Place":
        """Return the place of a window that is the whole picture."""
        return cls(slice(0, height), slice(0, width), height, width)


class Transforms(Protocol):
    """The float networks of one codec: what lies between pixels and latents."""

    @property
    def latents(self) -> int:
        """The number M of latent channels."""

    @property
    def needs_snr_maximum(self) -> bool:
        """Whether a window of a picture is analysed with the largest SNR of the whole."""

    def gain(self, quality: float) -> Floats:
        """Return the gain of each latent, M, at a quality from 1 to 8."""

    def inverse_gain(self, quality: float) -> Floats:
        """Return the inverse gain of each latent, M, at a quality from 1 to 8."""

    def predict_tone(self, thumbnail: Floats) -> tuple[int, ...] | None:
        """Return the tone numbers for a thumbnail 100×150×3; None without a tone network.

        There are 15 of a global curve, 43 of a local one.
        """

    def snr_ratio(self, picture: Floats) -> Floats:
        """Return the SNR of a picture H×W×3, not yet normalised, H×W."""

    def analyse(
        self,
        picture: Floats,
        tone: tuple[int, ...] | None,
        snr_maximum: float | None,
        *,
        enhance: bool = True,
        place: Place | None = None,
    ) -> Floats:
        """Return the latents M×H/16×W/16 of a window H×W×3, whose sides are multiples of 16.

        Args:
            picture: the window, as shot.
            tone: the tone numbers of the whole picture.
            snr_maximum: the largest :meth:`snr_ratio` of the whole picture; None for that of the
                window.
            enhance: whether the SNR-aware branch takes part; without it, and without tone numbers,
                the picture is coded as it was shot.
            place: where the window lies, for local tone curves; None for a whole picture.
        """

    def hyper_analysis(self, gained: Floats) -> Floats:
        """Return hyper-latents Z×h/4×w/4 of gained latents M×h×w (sides are multiples of 4)."""

    def synthesise(self, latents: Floats, core: Core | None = None) -> Floats:
        """Return the picture 16h×16w×3, not clamped, of latents M×h×w without gain.

        With a core, the picture of these rows and columns of latents alone, as it is within that
        of all: the others around them are what the network sees beside.
        """

    def synthesis_gradient(
        self, latents: Floats, target: Floats, core: Core
    ) -> tuple[float, Floats]:
        """Return how far a synthesised core is from a target, and where less error lies.

        Args:
            latents: M×h×w without gain.
            target: of the core's pixels, 16·rows×16·columns×3.
            core: rows and columns of latents.

        Returns:
            The sum of squared errors over the core, and its gradient M×h×w with respect to all
            latents.

        Raises:
            InputError: if the engine cannot differentiate models of this family.
        """

    def preview(self, latents: Floats, side: int = 1) -> Floats | None:
        """Return the picture scaled down, s·h×s·w×3; None without a linear path.

        ``side`` is s, the pixels that a latent becomes a side: 1, 2 or 4.
        """


class SnrAware(Protocol):
    """The SNR-aware enhancer: enhances a whole picture."""

    def enhance(self, picture: Floats) -> Floats:
        """Return the bright picture, H×W×3 in [0, 1], of a dark one of any size."""


class Nerco(Protocol):
    """NeRCo: enhances a piece of a picture, given an overview of the whole."""

    def brighten(self, piece: Floats, overview: Floats, rows: Floats, columns: Floats) -> Floats:
        """Return the bright piece, h×w×3 in [0, 1].

        Args:
            piece: h×w×3, sides of at least 8 pixels, multiples of 4.
            overview: the whole picture averaged down, 100×152×3
                (:func:`llcodec.nerco.windows.pad_by_reflection` of its thumbnail).
            rows: where the middles of the rows lie, h, −1 and 1 being the edges of the whole.
            columns: the same of the columns, w.
        """
