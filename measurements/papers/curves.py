"""Rate–distortion curves from the files of ``llc bench`` and of ``measurements.quality``."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llcodec.errors import InputError

NAMES: Mapping[str, str] = {
    "psnr-rgb": "psnr",
    "ssim-rgb": "ssim",
    "psnr-gt-mean-rgb": "gt_mean_psnr",
    "local-psnr": "local_psnr",
}
"""Columns as ``llc bench`` calls them, and as ``measurements.quality`` does."""


@dataclass(frozen=True)
class Curve:
    """The means over all pictures, one value for each quality, in the order of rates.

    ``name`` is the pipeline or the model; ``columns`` has ``bpp`` and the measures by the names of
    ``llc bench``, NaN where a measure has no value.
    """

    name: str
    pictures: int
    columns: Mapping[str, tuple[float, ...]]

    def points(self, column: str) -> list[tuple[float, float]]:
        """Return (bpp, value) where the measure has a value."""
        values = self.columns.get(column, ())
        both = zip(self.columns["bpp"], values, strict=False)
        return [(rate, value) for rate, value in both if math.isfinite(value)]

    def best(self, column: str) -> float:
        """Return the value at the highest rate; NaN if there is none."""
        found = self.points(column)
        return found[-1][1] if found else math.nan


def read_curve(path: Path) -> Curve:
    """Return the curve of a JSON file. Raises InputError if it is neither kind of result."""
    try:
        stored = json.loads(path.read_text("utf-8"))
        if "rows" in stored:
            return _of_quality(stored, path.stem)
        return _of_bench(stored)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: no result of a measurement ({error})") from error


def read_curves(folder: Path, pattern: str = "*.json") -> list[Curve]:
    """Return the curves of files in a folder, by name. Raises InputError if there are none."""
    curves = [read_curve(path) for path in sorted(folder.glob(pattern))]
    if not curves:
        raise InputError(f"{folder}: no results")
    return sorted(curves, key=lambda curve: curve.name)


def _of_bench(stored: Mapping[str, Any]) -> Curve:
    results = {k: v for k, v in stored["results"].items() if isinstance(v, list)}
    return _curve(str(stored["description"]), int(stored["meta"]["pictures"]), results)


def _of_quality(stored: Mapping[str, Any], name: str) -> Curve:
    rows = stored["rows"]
    columns = {"bpp": [row["bpp"] for row in rows]}
    columns |= {
        ours: [row[theirs] for row in rows] for ours, theirs in NAMES.items() if theirs in rows[0]
    }
    return _curve(name, int(stored["pictures"]), columns)


def _curve(name: str, pictures: int, columns: Mapping[str, list[float | None]]) -> Curve:
    known = {
        k: [math.nan if v is None else float(v) for v in values] for k, values in columns.items()
    }
    order = sorted(range(len(known["bpp"])), key=known["bpp"].__getitem__)
    return Curve(name, pictures, {k: tuple(v[n] for n in order) for k, v in known.items()})
