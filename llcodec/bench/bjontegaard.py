"""BD-rate and BD-PSNR, by the library ``bjontegaard`` (Akima's interpolation)."""

from collections.abc import Sequence
from dataclasses import dataclass

from llcodec.bench.extras import require

_METHOD = "akima"
_LEAST_POINTS = 4


@dataclass(frozen=True)
class Curve:
    """Rates in bpp and a quality, both rising."""

    rates: tuple[float, ...]
    qualities: tuple[float, ...]


def curve_of(rates: Sequence[float], qualities: Sequence[float | None]) -> Curve | None:
    """Return the rising part of a curve: from low to high rate, points better than those before.

    None if fewer than four are left, which is too few to interpolate.
    """
    points: list[tuple[float, float]] = []
    for rate, quality in sorted(
        (r, q) for r, q in zip(rates, qualities, strict=True) if q is not None
    ):
        if not points or (rate > points[-1][0] and quality > points[-1][1]):
            points.append((rate, quality))
    if len(points) < _LEAST_POINTS:
        return None
    return Curve(tuple(rate for rate, _ in points), tuple(quality for _, quality in points))


def bd_rate(anchor: Curve, curve: Curve) -> float | None:
    """Return how many percent more bits ``curve`` takes than ``anchor`` for equal quality.

    None where the curves share no range of quality.
    """
    shared = _overlap(anchor.qualities, curve.qualities)
    return _difference("bd_rate", anchor, curve) if shared else None


def bd_psnr(anchor: Curve, curve: Curve) -> float | None:
    """Return how much better ``curve`` is than ``anchor`` at equal rates, in its own unit.

    None where the curves share no range of rates.
    """
    shared = _overlap(anchor.rates, curve.rates)
    return _difference("bd_psnr", anchor, curve) if shared else None


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
