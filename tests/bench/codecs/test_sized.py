import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.bench.codecs.sized import LARGEST, with_size, without_size
from llcodec.errors import InputError, UnreadableImageError

sides = st.integers(1, LARGEST)


@given(sides, sides, st.binary(min_size=1))
def test_size_and_stream_come_back(width: int, height: int, stream: bytes) -> None:
    data = with_size(width, height, stream)
    assert len(data) == len(stream) + 4
    assert without_size(data) == (width, height, stream)


def test_sizes_that_cannot_be_written() -> None:
    for size in ((LARGEST + 1, 1), (1, LARGEST + 1)):
        with pytest.raises(InputError, match="too many"):
            with_size(*size, b"x")


@pytest.mark.parametrize("data", [b"", b"\0\1\0\1", b"\0\0\0\1x", b"\0\1\0\0x"])
def test_files_without_a_picture(data: bytes) -> None:
    with pytest.raises(UnreadableImageError):
        without_size(data)
