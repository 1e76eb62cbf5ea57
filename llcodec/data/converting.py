"""Convert files of data sets to files that the loaders read, several at a time."""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from llcodec._outputs import atomic_write
from llcodec.data.frames import is_picture, read_frame
from llcodec.errors import InputError, LlcError, OutputError

Size = tuple[int, int]
"""Width and height."""

Result = bool | LlcError
"""Whether a file was written (or was there already), or why it cannot be read."""


def convert_all(
    targets: Mapping[Path, Path], size: Size | None, threads: int
) -> Generator[tuple[Path, Result]]:
    """Write the file of every source to its target and yield the results, in order.

    An existing target is kept. Pictures are copied; .npy and RAW files, and everything that is
    resized, become PNG files.

    Raises OutputError if a target cannot be written.
    """
    pool = ThreadPoolExecutor(threads)
    try:
        outcomes = pool.map(_job(size), targets.keys(), targets.values())
        yield from zip(targets, outcomes, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _job(size: Size | None) -> Callable[[Path, Path], Result]:
    def job(source: Path, target: Path) -> Result:
        try:
            return convert(source, target, size)
        except OutputError:
            raise
        except LlcError as error:
            return error

    return job


def convert(source: Path, target: Path, size: Size | None) -> bool:
    """Write one file as :func:`convert_all` does; return whether it did not exist before."""
    if target.exists():
        return False
    if is_picture(source) and size is None:
        _copy(source, target)
        return True
    image = Image.fromarray(read_frame(source))
    if size is not None:
        image = image.resize(size, Image.Resampling.BICUBIC)  # antialiased when the size is reduced
    with atomic_write(target) as part:
        image.save(part, "PNG")
    return True


def _copy(source: Path, target: Path) -> None:
    try:
        data = source.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from error
    with atomic_write(target) as part:
        part.write_bytes(data)
