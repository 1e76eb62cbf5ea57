"""``llc info``: show the properties of files. Does not need PyTorch."""

from typing import TYPE_CHECKING, Any

import typer

from llcodec.cli import _options as options
from llcodec.cli._batch import run_batch
from llcodec.cli._input import read_input
from llcodec.cli._options import LLC_SUFFIXES
from llcodec.cli._plan import Job, reading_plan
from llcodec.cli._report import Record, Style
from llcodec.cli._sources import Wanted, find_sources
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from llcodec._inspection import Info


def info(inputs: options.Files, json: options.Json = False) -> None:
    """Show the header, the chunks and the size of .llc files.

    Nothing is decoded.
    """
    plan = reading_plan(find_sources(inputs, Wanted(LLC_SUFFIXES, ".llc files")))
    raise typer.Exit(run_batch(plan, lambda: _work, _describe, Style(json=json, on_stdout=True)))


def _work(job: Job) -> Record:
    from llcodec._inspection import inspect

    return {"path": job.source, **_facts(inspect(read_input(job.source)))}


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
    """Return the gains, exponents and matrix that the tone numbers stand for."""
    matrix = [round(number / 4096, 4) for number in numbers[6:15]]
    return {
        "gain": [round(2 ** (number / 2048), 4) for number in numbers[0:3]],
        "gamma": [round(2 ** (number / 4096), 4) for number in numbers[3:6]],
        "matrix": [matrix[0:3], matrix[3:6], matrix[6:9]],
    }


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


def _describe_tone(tone: dict[str, list[float]] | None) -> dict[str, str]:
    if tone is None:
        return {"tone": "none"}
    gain, gamma = (" ".join(f"{v:.3g}" for v in tone[key]) for key in ("gain", "gamma"))
    return {"tone": f"gain {gain}, gamma {gamma}"}


def _describe_chunks(chunks: list[dict[str, Any]]) -> str:
    """Return the total length of each type of chunk, and the count if there are several."""
    lengths: dict[str, list[int]] = {}
    for chunk in chunks:
        lengths.setdefault(chunk["type"], []).append(chunk["length"])
    return ", ".join(
        f"{kind} {sum(each):,}" + (f" in {len(each):,}" if len(each) > 1 else "")
        for kind, each in lengths.items()
    )
