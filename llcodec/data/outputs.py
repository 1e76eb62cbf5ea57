"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from llcodec.errors import OutputError


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a hidden name beside ``path`` to write to, and the right one at the end.

    Folders are made as needed. When something goes wrong, no file is left behind.

    Raises OutputError if the file cannot be written.
    """
    part = path.with_name(f".{path.name[:40]}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
