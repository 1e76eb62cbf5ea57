"""The start of every way to read: signature, version, header, limit on pixels."""

from llcodec.container.framing import HEAD, checked_payload, frame_at
from llcodec.container.head_chunk import read_head
from llcodec.container.header import Header
from llcodec.container.limits import Limits
from llcodec.container.signature import PREAMBLE_LENGTH, read_version
from llcodec.errors import CorruptError, TooManyPixelsError


def open_file(data: bytes, limits: Limits) -> tuple[Header, int]:
    """Return the header, and the offset of the chunk after ``HEAD`` in bytes.

    Raises:
        NotAnLlcFileError: when the signature is wrong.
        UnsupportedError: when the major version is not one that is read.
        TruncatedError: when the data end before the header does.
        CorruptError: when the header is damaged, or not the first chunk.
        TooManyPixelsError: when the picture is larger than the limit.
    """
    major, minor = read_version(data)
    frame = frame_at(data, PREAMBLE_LENGTH)
    payload = checked_payload(data, frame)
    if frame.type != HEAD:
        raise CorruptError(f"the first chunk is {frame.name} instead of HEAD")
    header = read_head(payload, minor, major)
    if header.pixels > limits.max_pixels:
        raise TooManyPixelsError(
            f"the picture has {header.width} x {header.height} pixels, more than the limit of "
            f"{limits.max_pixels}: raise the limit if you trust the file"
        )
    return header, frame.end
