"""BD-rate and BD-PSNR with the library ``bjontegaard`` (Akima interpolation)."""

from collections.abc import Sequence
from dataclasses import dataclass

from llcodec._extras import require

_METHOD = "akima"
_LEAST_POINTS = 4


@dataclass(frozen=True)
class Curve:
    """A rate-distortion curve: rising rates in bpp, and a quality at each of them."""

    rates: tuple[float, ...]
    qualities: tuple[float, ...]

    @property
    def rising(self) -> "Curve | None":
        """The points that are better than all earlier ones; None if too few to interpolate.

        More bits do not always mean higher quality: with a noisy enhancer, they can lower it.
        """
        points: list[tuple[float, float]] = []
        for rate, quality in zip(self.rates, self.qualities, strict=True):
            if not points or quality > points[-1][1]:
                points.append((rate, quality))
        return _curve(points)


def curve_of(rates: Sequence[float], qualities: Sequence[float | None]) -> Curve | None:
    """Return the curve through points; of points with the same rate, the best one counts.

    None if fewer than four points remain, which is too few to interpolate.
    """
    known = sorted((r, q) for r, q in zip(rates, qualities, strict=True) if q is not None)
    return _curve(list(dict(known).items()))


def bd_rate(anchor: Curve, curve: Curve) -> float | None:
    """Return how many percent more bits ``curve`` takes than ``anchor`` for equal quality.

    Only the rising parts count. None if they share no range of quality, or one is too short.
    """
    one, other = anchor.rising, curve.rising
    if one is None or other is None or not _overlap(one.qualities, other.qualities):
        return None
    return _difference("bd_rate", one, other)


def bd_psnr(anchor: Curve, curve: Curve) -> float | None:
    """Return how much better ``curve`` is than ``anchor`` at equal rates, in the unit of quality.

    None if the curves share no range of rates.
    """
    shared = _overlap(anchor.rates, curve.rates)
    return _difference("bd_psnr", anchor, curve) if shared else None


def _curve(points: Sequence[tuple[float, float]]) -> Curve | None:
    if len(points) < _LEAST_POINTS:
        return None
    return Curve(tuple(rate for rate, _ in points), tuple(quality for _, quality in points))


def _difference(measure: str, anchor: Curve, curve: Curve) -> float:
    function = getattr(require("bjontegaard", "bench"), measure)
    return float(
        function(
            anchor.rates,
            anchor.qualities,
            curve.rates,
            curve.qualities,
            method=_METHOD,
            require_matching_points=False,
            min_overlap=0,
        )
    )


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return min(a[-1], b[-1]) > max(a[0], b[0])
