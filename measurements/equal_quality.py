"""Compare two models by the bits that their files take for equal quality.

python -m measurements.equal_quality --anchor FILES… --files FILES…

Takes results of ``measurements.quality``, in pairs: each of ``--files`` is compared with the one of
``--anchor`` in its place. Prints a table of BD-rates (extra ``bench``).
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from llcodec.metrics.bjontegaard import Curve, bd_rate, curve_of

_MEASURES: Mapping[str, tuple[str, int]] = {
    "PSNR": ("psnr", 1),
    "GT-mean PSNR": ("gt_mean_psnr", 1),
    "PSNR, local part": ("local_psnr", 1),
    "SSIM": ("ssim", 1),
    "MS-SSIM": ("ms_ssim", 1),
    "SSIMULACRA2": ("ssimulacra2", 1),
    "NIQE": ("niqe", -1),  # lower is better
    "PSNR to fused references": ("fused_psnr", 1),
}


def compared(anchor: Path, file: Path) -> dict[str, float | None]:
    """Return, by measure, how many percent more bits a model takes than its anchor.

    None where the two reach no equal quality, or a file lacks the measure.
    """
    found = {}
    for name, (key, sign) in _MEASURES.items():
        one, other = (_curve(path, key, sign) for path in (anchor, file))
        found[name] = None if one is None or other is None else bd_rate(one, other)
    return found


def table(rows: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return a Markdown table of what :func:`compared` returns, by the names of rows."""
    lines = [_line(["bits for equal", *_MEASURES]), _line(["---"] + ["--:"] * len(_MEASURES))]
    lines += [_line([name, *map(_percent, row.values())]) for name, row in rows.items()]
    return "\n".join(lines)


def _curve(path: Path, key: str, sign: int) -> Curve | None:
    rows = json.loads(path.read_text())["rows"]
    if any(row.get(key) is None for row in rows):
        return None
    return curve_of([row["bpp"] for row in rows], [sign * row[key] for row in rows])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.0f} %".replace("-", "−")


def main() -> None:
    """Print the table for the files of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anchor", type=Path, nargs="+", required=True)
    parser.add_argument("--files", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    if len(options.anchor) != len(options.files):
        parser.error("--anchor and --files need as many files")
    rows = {
        file.stem: compared(anchor, file)
        for anchor, file in zip(options.anchor, options.files, strict=True)
    }
    print(table(rows))


if __name__ == "__main__":
    main()
