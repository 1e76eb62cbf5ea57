"""Inspect an ``.llc`` file without decoding it, and without PyTorch."""

from dataclasses import dataclass

from llcodec._reading import FileSource, names_file, read_source
from llcodec.container import ChunkInfo, Header, Limits, list_chunks, read_header, read_version
from llcodec.container.framing import CHUNK_OVERHEAD
from llcodec.container.signature import PREAMBLE_LENGTH
from llcodec.container.tile_chunk import TILE_OVERHEAD
from llcodec.errors import FormatError, InputError

# Reading the header allocates nothing that grows with the picture.
_NO_LIMIT = Limits(max_pixels=1 << 64)


@dataclass(frozen=True, slots=True)
class Info:
    """Properties of an ``.llc`` file.

    Attributes:
        version: the file's format version, (major, minor).
        size: of the file, in bytes.
        header: the picture's size, how it was coded, and with which model.
        chunks: type, offset and length of every chunk, in file order.
    """

    version: tuple[int, int]
    size: int
    header: Header
    chunks: tuple[ChunkInfo, ...]

    @property
    def bpp(self) -> float:
        """Bits per pixel of the whole file."""
        return 8 * self.size / self.header.pixels

    @property
    def overhead(self) -> int:
        """Bytes that are neither coded picture (colour, alpha) nor metadata."""
        return PREAMBLE_LENGTH + sum(_overhead(chunk) for chunk in self.chunks)


def _overhead(chunk: ChunkInfo) -> int:
    inside = {"HEAD": chunk.length, "TILE": TILE_OVERHEAD, "DONE": 0}
    return CHUNK_OVERHEAD + inside[chunk.type] if chunk.type in inside else 0


def inspect(file: FileSource) -> Info:
    """Return what an ``.llc`` file says about itself, without decoding it.

    Checks the header and the extents of the other chunks, but not their contents.

    Args:
        file: a path, the bytes of the file, or a binary file object.

    Raises:
        InputError: when the file cannot be read.
        FormatError: when it is not an ``.llc`` file, or a truncated or damaged one.
        TypeError: when ``file`` has another type.
    """
    with names_file(file, InputError, FormatError):
        data = read_source(file)
        return Info(
            version=read_version(data),
            size=len(data),
            header=read_header(data, _NO_LIMIT),
            chunks=list_chunks(data, _NO_LIMIT),
        )
