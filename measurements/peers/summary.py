"""Print the tables of a comparison with published networks, from the files of ``llc bench``.

    python -m measurements.peers.summary results/peers

Each folder below it holds the results on one set of pictures. Enhancers go by PSNR, from the best
down, with what their training saw of the set; a codec has a row for each quality. Perceptual
distances are empty in rows that were not measured with them.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llcodec.errors import InputError, LlcError
from measurements.peers.recipes import recipes

_ENHANCE = "enhance:"  # pipelines without a codec
_COLUMNS = (  # of the results, with their title and how many digits
    ("psnr-rgb", "PSNR", 2),
    ("psnr-gt-mean-rgb", "mean given", 2),
    ("psnr-fitted-rgb", "fitted", 2),
    ("ssim-rgb", "SSIM", 3),
    ("ms-ssim-db-rgb", "MS-SSIM, dB", 2),
    ("lpips", "LPIPS (AlexNet)", 3),
    ("lpips-squeeze", "LPIPS (SqueezeNet)", 3),
    ("dists", "DISTS", 3),
    ("niqe", "NIQE", 2),
    ("loe", "LOE", 0),
)
_REQUESTED = {"lpips", "lpips-squeeze", "dists"}  # not every result has them


@dataclass(frozen=True)
class Row:
    """One pipeline at one quality: its numbers by the names of the results."""

    name: str
    seen: str
    numbers: Mapping[str, float | None]

    @property
    def rank(self) -> float:
        """A key that puts the highest PSNR first."""
        return -(self.numbers["psnr-rgb"] or 0)


def rows_of(folder: Path) -> list[Row]:
    """Return the rows of a folder, by PSNR.

    Raises InputError if there is no result in it, or one that cannot be read.
    """
    rows = [row for path in sorted(folder.glob("*.json")) for row in _rows(path, folder.name)]
    if not rows:
        raise InputError(f"{folder}: no results of llc bench")
    return sorted(rows, key=lambda row: row.rank)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    columns = [column for column in _COLUMNS if _is_shown(column[0], rows)]
    titles = ("network", "bpp", *(title for _, title, _ in columns), "seen")
    yield f"| {' | '.join(titles)} |"
    yield "|---" * len(titles) + "|"
    for row in rows:
        bpp = "—" if row.name.startswith(_ENHANCE) else _digits(row.numbers["bpp"], 3)
        cells = (_digits(row.numbers[name], digits) for name, _, digits in columns)
        yield f"| {' | '.join((f'`{row.name}`', bpp, *cells, row.seen))} |"


def _is_shown(name: str, rows: Sequence[Row]) -> bool:
    """Return whether a table has a column: those on request, if there is anything in it."""
    return name not in _REQUESTED or any(row.numbers[name] is not None for row in rows)


def _rows(path: Path, dataset: str) -> Iterator[Row]:
    try:
        stored = json.loads(path.read_text("utf-8"))
        spec, results = str(stored["description"]), stored["results"]
        for place, quality in enumerate(results["quality"]):
            name = spec if spec.startswith(_ENHANCE) else f"{spec}, quality {quality:g}"
            yield Row(name, _seen(stored, dataset), _numbers(results, place))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(f"{path}: not a result of llc bench ({error})") from error


def _numbers(results: Mapping[str, Any], place: int) -> dict[str, float | None]:
    missing = dict.fromkeys(_REQUESTED - results.keys())
    names = {"bpp", *(name for name, _, _ in _COLUMNS)} - missing.keys()
    return missing | {name: results[name][place] for name in names}


def _seen(stored: Mapping[str, Any], dataset: str) -> str:
    """Return what the recipe of a pipeline's exported network says of a set, or nothing."""
    parts = (stored["meta"]["pipeline"][side] for side in ("before", "after"))
    files = [str(part["parameters"].get("file", "")) for part in parts]
    known = recipes()
    stems = [Path(file).stem for file in files if Path(file).stem in known]
    return known[stems[0]].seen.get(dataset, "no") if stems else ""


def _digits(number: float | None, digits: int) -> str:
    return "" if number is None else f"{number:.{digits}f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, metavar="FOLDER")
    given = parser.parse_args(arguments)
    folders = sorted(path for path in given.results.glob("*") if path.is_dir())
    if not folders:
        raise InputError(f"{given.results}: no folder of results")
    for folder in folders:
        print(f"## {folder.name}\n")
        print("\n".join(table(rows_of(folder))), end="\n\n")


if __name__ == "__main__":
    try:
        main()
    except LlcError as error:
        sys.exit(str(error))
