"""Which images commands read, and how ``llc decode`` and ``llc enhance`` write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from llcodec.cli._input import STREAM
from llcodec.cli._plan import Job
from llcodec.cli._sources import Wanted
from llcodec.errors import OutputError

_LOSSY: Final = frozenset({"JPEG", "MPO", "WEBP", "AVIF"})


def wanted_pictures() -> Wanted:
    """Return what folders are searched for by commands that read images."""
    from llcodec.imaging import PICTURE_SUFFIXES, unread_formats

    return Wanted(PICTURE_SUFFIXES, "images", unread_formats())


@dataclass(frozen=True)
class PictureFile:
    """How pictures are written.

    Attributes:
        format: a suffix or a Pillow format name, or None for the suffix of the output.
        quality: from 0 to 100 for JPEG, WebP and AVIF; None for the default.
        png_level: from 0 to 9 for PNG; None for the default.
    """

    format: str | None
    quality: int | None
    png_level: int | None

    def check(self, jobs: Sequence[Job]) -> None:
        """Check that all jobs can be written like this.

        Raises:
            typer.BadParameter: when a format is unknown, or when none has a quality option.
        """
        try:
            formats = {self.format_of(job) for job in jobs}
        except OutputError as error:
            bare = self.format is None and any(not Path(job.target).suffix for job in jobs)
            hint = "; end it with / for a folder" if bare else ""
            raise typer.BadParameter(f"{error}{hint}") from None
        if self.quality is not None and formats and not formats & _LOSSY:
            raise typer.BadParameter("--output-quality is for JPEG, WebP and AVIF")
        if self.png_level is not None and formats and "PNG" not in formats:
            raise typer.BadParameter("--png-level is for PNG")

    def format_of(self, job: Job) -> str:
        """Return Pillow's name of the format to write."""
        from llcodec.imaging import format_for

        by_name = ".png" if job.target == STREAM else Path(job.target)
        return format_for(by_name if self.format is None else self.format)


def suffix_of(format: str) -> str:
    """Return the suffix of outputs in a requested format.

    Raises:
        typer.BadParameter: when the format cannot be written.
    """
    from llcodec.imaging import format_for

    try:
        format_for(format)  # before outputs are named after it
    except OutputError as error:
        raise typer.BadParameter(str(error)) from None
    return "." + Path(format).name.lower().removeprefix(".")
