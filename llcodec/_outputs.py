"""Files that are there whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llcodec._parts import part_of
from llcodec.errors import OutputError


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there; raises OutputError if it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {path}: {error.strerror or error}") from error


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a hidden name beside ``path`` to write to, and the right one at the end.

    The file is there already, empty and locked. Folders are made as needed. When something goes
    wrong, no file is left behind.

    Raises OutputError if the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part_of(path) as (part, stream):
            if sys.platform == "win32":
                stream.close()  # what is open cannot be renamed there
            yield part
            part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
