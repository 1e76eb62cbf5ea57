"""What ``llc models`` reports: the card of a weight file, and whether its model works."""

from pathlib import Path
from typing import TYPE_CHECKING

from llcodec.cli._plan import Job
from llcodec.cli._report import Record
from llcodec.cli._text import printable

if TYPE_CHECKING:
    from llcodec._cards import Card
    from llcodec.codec.codec import Codec
    from llcodec.imaging import Picture

_NAME_WIDTH = 12  # letters; those of the shipped models fit
_HASH_DIGITS = 16  # of the SHA-256: the bytes that every .llc header contains
_ROWS, _COLUMNS = 72, 96  # of the dark test picture


def facts(job: Job) -> Record:
    """Return the record of the shipped model that the job names."""
    from llcodec._cards import read_card
    from llcodec._shipped import shipped_file

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
        **_owner(card),
    }


def _owner(card: "Card") -> Record:
    """Return which model a look belongs to."""
    model = card.model
    return {} if model is None else {"of": model.name, "of_hash": model.sha256[:_HASH_DIGITS]}


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
    made = f"of {r['of']} {r['of_hash']}" if "of" in r else f"preset {r['preset']}"
    second = ", ".join([made, *(part for part in training if part)])
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
    tries = {"codec": _try_codec, "look": _try_look}
    name, sha256 = tries.get(kind, _try_enhancer)(file)
    return {"model": name, "kind": kind, "hash": sha256[:_HASH_DIGITS]}


def _try_codec(file: Path) -> tuple[str, str]:
    from llcodec.codec.codec import Codec

    codec = Codec(str(file), device="cpu")
    _code_a_picture(codec)
    return codec.file.name, codec.file.sha256


def _try_look(file: Path) -> tuple[str, str]:
    from llcodec._cards import read_card
    from llcodec._shipped import shipped_codecs
    from llcodec.codec.codec import Codec
    from llcodec.codec.looks import read_look
    from llcodec.errors import UnknownModelError

    look = read_look(file)
    codecs = shipped_codecs().values()
    found = next((path for path in codecs if read_card(path).sha256 == look.shape.sha256), None)
    if found is None:
        raise UnknownModelError(
            f"its model {look.shape.name} {look.shape.sha256[:_HASH_DIGITS]} does not ship with "
            "llcodec, so it cannot be tried"
        )
    _code_a_picture(Codec(str(found), device="cpu", detail=1, look=str(file)))
    return look.name, look.sha256


def _code_a_picture(codec: "Codec") -> None:
    """Encode and decode a small picture; raises BrokenModelError if that fails."""
    from llcodec.errors import BrokenModelError, LlcError

    picture = _picture()
    try:
        decoded = codec.decode(codec.encode(picture)).pixels
    except LlcError as error:
        raise BrokenModelError(f"cannot code a picture: {error}") from error
    if decoded.shape != picture.pixels.shape:
        raise BrokenModelError(f"decodes {_COLUMNS}x{_ROWS} pixels to another size")


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
