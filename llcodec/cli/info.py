"""``llc info``: show the properties of files. Does not need PyTorch."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import run_batch
from llcodec.cli._help import Command, examples, new_app
from llcodec.cli._input import read_input
from llcodec.cli._options import LLC_SUFFIXES
from llcodec.cli._plan import Job, reading_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from llcodec._inspection import Info

app = new_app()

_INDENT = " " * 12  # where values begin


@app.command(cls=Command, epilog=examples("llc info small.llc", "llc info --json archive/"))
def info(inputs: options.Files, json: options.Json = False) -> None:
    """Show the header, the chunks and the size of .llc files.

    Nothing is decoded.
    """
    plan = reading_plan(find_sources(inputs, Wanted(LLC_SUFFIXES, ".llc files")))
    raise typer.Exit(run_batch(plan, lambda: _work, _describe, Style(json=json, on_stdout=True)))


def _work(job: Job) -> Record:
    from llcodec._inspection import inspect
    from llcodec._operations import refuse_picture

    data = read_input(job.source)
    refuse_picture(data)
    return {"path": job.source, **_facts(inspect(data))}


def _facts(info: "Info") -> dict[str, object]:
    header = info.header
    return {
        "bytes": info.size,
        "bpp": round(info.bpp, 4),
        "format": "{}.{}".format(*info.version),
        "width": header.width,
        "height": header.height,
        "grey": header.grey,
        "bits": 16 if header.sixteen_bit else 8,
        "alpha": header.has_alpha,
        "quality": header.quality,
        "model": header.model_name,
        "model_hash": header.model_hash.hex(),
        "tile_size": header.tile_size,
        "tiles": header.tile_count,
        "tone": None if header.tone is None else _tone(header.tone),
        "overhead": info.overhead,
        "chunks": [
            {"type": chunk.type, "offset": chunk.offset, "length": chunk.length}
            for chunk in info.chunks
        ],
    }


def _tone(numbers: tuple[int, ...]) -> dict[str, object]:
    """Return what the tone numbers stand for.

    That is gains, exponents and matrix; of a local curve also toes, knee, and rows of exposures.
    """
    from llcodec import _bitstream as units

    matrix = _rounded(number / units.TONE_MATRIX_UNITS for number in numbers[6:15])
    tone: dict[str, object] = {
        "gain": _rounded(2 ** (number / units.TONE_GAIN_UNITS) for number in numbers[0:3]),
        "gamma": _rounded(2 ** (number / units.TONE_GAMMA_UNITS) for number in numbers[3:6]),
        "matrix": _rows(matrix, 3),
    }
    if len(numbers) == units.LOCAL_TONE_COUNT:
        exposures = _rounded(2 ** (number / units.TONE_GRID_UNITS) for number in numbers[19:])
        tone["toe"] = _rounded(number / units.TONE_TOE_UNITS for number in numbers[15:18])
        tone["knee"] = round(numbers[18] / units.TONE_KNEE_UNITS, 4)
        tone["exposures"] = _rows(exposures, units.TONE_GRID_COLUMNS)
    return tone


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _rows(values: list[float], length: int) -> list[list[float]]:
    return [values[start : start + length] for start in range(0, len(values), length)]


def _describe(record: Record) -> str:
    r = record
    colour = "grey" if r["grey"] else "colour"
    picture = f"{r['width']}x{r['height']}, {colour}, {r['bits']} bits"
    lines = {
        "file": f"{r['bytes']:,} bytes, {r['bpp']:.3f} bpp, format {r['format']}",
        "picture": picture + (", alpha" if r["alpha"] else ""),
        "quality": f"{r['quality']:g}",
        "model": f"{r['model']} {r['model_hash']}",
        "tiles": f"{r['tiles']:,} of up to {r['tile_size']}x{r['tile_size']}",
        **_describe_tone(r["tone"]),
        "chunks": _describe_chunks(r["chunks"]),
        "overhead": f"{r['overhead']:,} bytes",
    }
    return "\n".join([printable(r["path"]), *(f"  {k:<9} {v}" for k, v in lines.items())])


def _describe_tone(tone: dict[str, Any] | None) -> dict[str, str]:
    if tone is None:
        return {"tone": "none"}
    whole = f"gain {_joined(tone['gain'])}, gamma {_joined(tone['gamma'])}"
    if "exposures" not in tone:
        return {"tone": whole}
    rows = (" ".join(f"{exposure:5.2f}" for exposure in row) for row in tone["exposures"])
    return {
        "tone": f"{whole}, toe {_joined(tone['toe'])}, knee {tone['knee']:.3g}",
        "exposures": f"\n{_INDENT}".join(rows),
    }


def _joined(values: list[float]) -> str:
    return " ".join(f"{value:.3g}" for value in values)


def _describe_chunks(chunks: list[dict[str, Any]]) -> str:
    """Return the total length of each type of chunk, and the count if there are several."""
    lengths: dict[str, list[int]] = {}
    for chunk in chunks:
        lengths.setdefault(chunk["type"], []).append(chunk["length"])
    return ", ".join(
        f"{kind} {sum(each):,}" + (f" in {len(each):,}" if len(each) > 1 else "")
        for kind, each in lengths.items()
    )
