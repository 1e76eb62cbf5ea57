import io
from pathlib import Path

import pytest

from llcodec._limits import MAX_INPUT_BYTES
from llcodec.errors import InputError, TooManyPixelsError, UnreadableImageError
from llcodec.imaging import read_picture
from llcodec.imaging.limits import check_length, check_pixels, max_file_bytes


def test_no_pixels() -> None:
    with pytest.raises(UnreadableImageError, match="no pixels"):
        check_pixels(0, 5, 100)


def test_the_limit_on_pixels_is_inclusive() -> None:
    check_pixels(10, 10, 100)
    with pytest.raises(TooManyPixelsError, match=r"101×1 is 101 pixels.*limit of 100"):
        check_pixels(101, 1, 100)


def test_files_may_be_as_long_as_their_pixels_ask_for() -> None:
    assert max_file_bytes(100_000_000) == MAX_INPUT_BYTES
    assert max_file_bytes(1_000_000_000) == 10_000_000_000


def test_a_file_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"  # its plugin would read all of it
    with path.open("wb") as stream:
        stream.write(b"RIFF\0\0\0\0WEBPVP8 ")
        stream.truncate(MAX_INPUT_BYTES + 1)  # a hole: it takes no room
    with pytest.raises(InputError, match="has more than 1,024 MiB"):
        read_picture(path)


def test_the_stream_is_at_its_start_afterwards() -> None:
    stream = io.BytesIO(b"data")
    stream.seek(3)
    check_length(stream, 1)
    assert stream.tell() == 0
