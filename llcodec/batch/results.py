"""Turn the output of a file, or its error, into a row of the manifest."""

from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, Final

from llcodec._failures import in_one_line, is_expected
from llcodec._operations import Made
from llcodec.batch.manifest import Row

_PIECE: Final = 1 << 20


class TooLargeError(Exception):
    """A picture needs more room in memory than the task was given."""

    def __init__(self, megapixels: float) -> None:
        super().__init__(megapixels)
        self.megapixels = megapixels


def explained(error: Exception) -> str:
    """Return an error as one line."""
    return ("" if is_expected(error) else "internal error: ") + in_one_line(error)


def failed(row: Row, error: Exception, seconds: float) -> Row:
    """Return the row of a file that failed."""
    return replace(row, seconds=round(seconds, 4), error=explained(error))


def filled(row: Row, made: Made, seconds: float) -> Row:
    """Return the row of a file with its output."""
    facts = made.facts
    lost = [f"lost {region}: grey in the output" for region in facts.get("lost", ())]
    return replace(
        row,
        bytes_out=len(made.data),
        bpp=facts.get("bpp"),
        width=facts["width"],
        height=facts["height"],
        quality=facts.get("quality"),
        model=facts["model"],
        model_hash=made.model_hash,
        seconds=round(seconds, 4),
        sha256=sha256(made.data).hexdigest(),
        damaged=bool(facts.get("problems")),
        notes=[*facts.get("left_out", ()), *facts.get("problems", ()), *lost],
    )


def hexdigest(stream: BinaryIO) -> str:
    """Return the SHA-256 of the rest of a stream, which is read in pieces."""
    digest = sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
