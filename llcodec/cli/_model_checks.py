"""What ``llc models`` reports: the card of a weight file, and whether its model works."""

from pathlib import Path
from typing import TYPE_CHECKING

from llcodec.cli._plan import Job
from llcodec.cli._report import Record
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from llcodec.imaging import Picture

_NAME_WIDTH = 10  # letters; those of the shipped models fit
_HASH_DIGITS = 16  # of the SHA-256: the bytes that stand in every .llc header
_ROWS, _COLUMNS = 72, 96  # of the dark picture that models are tried with


def facts(job: Job) -> Record:
    """Return the record of the shipped model that the job names."""
    from llcodec._cards import read_card, shipped_file

    file = shipped_file(job.source)
    card = read_card(file)
    return {
        "name": job.source,
        "kind": card.kind,
        "path": str(file),
        "bytes": card.size,
        "hash": card.sha256[:_HASH_DIGITS],
        "sha256": card.sha256,
        "preset": card.preset,
        "parameters": card.parameters,
        "steps": card.training.steps,
        "hours": card.training.hours,
        "date": card.training.exported,
    }


def describe(record: Record) -> str:
    """Return the two lines of a model."""
    r = record
    first = (
        f"{r['name']:<{_NAME_WIDTH}}  {r['kind']:<8}  {r['bytes'] / 1e6:5.1f} MB"
        f"  {r['parameters'] / 1e6:6.2f} M parameters  {r['hash']}"
    )
    training = [
        None if r["steps"] is None else f"{r['steps']:,} steps",
        None if r["hours"] is None else f"{r['hours']:.1f} hours",
        r["date"],
    ]
    second = ", ".join([f"preset {r['preset']}", *(part for part in training if part)])
    return f"{printable(first)}\n{'':{_NAME_WIDTH}}  {printable(second)}"


def try_out(file: Path) -> dict[str, str]:
    """Load the model of a weight file and use it once.

    Loading a codec checks the bounds of exact decoding.

    Returns:
        The model's name and kind, and the first digits of its hash.

    Raises:
        UnknownModelError: when there is no such file.
        BrokenModelError: when the model does not work.
    """
    from llcodec._cards import read_kind

    kind = read_kind(file)
    name, sha256 = _try_codec(file) if kind == "codec" else _try_enhancer(file)
    return {"model": name, "kind": kind, "hash": sha256[:_HASH_DIGITS]}


def _try_codec(file: Path) -> tuple[str, str]:
    from llcodec.codec.codec import Codec
    from llcodec.errors import BrokenModelError, LlcError

    codec, picture = Codec(str(file), device="cpu"), _picture()
    try:
        decoded = codec.decode(codec.encode(picture)).pixels
    except LlcError as error:
        raise BrokenModelError(f"cannot code a picture: {error}") from error
    if decoded.shape != picture.pixels.shape:
        raise BrokenModelError(f"decodes {_COLUMNS}x{_ROWS} pixels to another size")
    return codec.file.name, codec.file.sha256


def _try_enhancer(file: Path) -> tuple[str, str]:
    from llcodec.enhancing.enhancer import Enhancer
    from llcodec.errors import BrokenModelError

    enhancer, picture = Enhancer(str(file), device="cpu"), _picture()
    if not enhancer.enhance(picture).pixels.mean() > picture.pixels.mean():
        raise BrokenModelError("does not brighten a dark image")
    return enhancer.name, enhancer.sha256


def _picture() -> "Picture":
    import numpy as np

    from llcodec.imaging import Picture

    rows, columns = np.mgrid[:_ROWS, :_COLUMNS]
    return Picture(np.stack([rows // 2, columns // 2, (rows + columns) % 40], 2).astype(np.uint8))
