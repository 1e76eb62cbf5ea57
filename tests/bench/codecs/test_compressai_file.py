from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llcodec.bench.codecs.compressai_file import CodedPicture, unpack
from llcodec.errors import InputError, UnreadableImageError

sides = st.integers(1, 65535)
pictures = st.builds(
    CodedPicture,
    width=sides,
    height=sides,
    quality=st.integers(0, 255),
    shape=st.tuples(sides, sides),
    streams=st.lists(st.binary(max_size=40), min_size=1, max_size=4).map(tuple),
)


@given(pictures)
def test_everything_comes_back(picture: CodedPicture) -> None:
    assert unpack(picture.pack()) == picture


def test_the_head_is_small() -> None:
    one = CodedPicture(768, 512, 3, (8, 12), (b"y" * 100,))
    two = CodedPicture(768, 512, 3, (8, 12), (b"y" * 100, b"z" * 10))
    assert len(one.pack()) == 100 + 10
    assert len(two.pack()) == 110 + 14


def test_pictures_that_are_too_large() -> None:
    with pytest.raises(InputError, match="too many"):
        CodedPicture(65536, 1, 1, (1, 1), (b"",)).pack()


@given(pictures, st.data())
def test_what_is_cut_off_is_missed(picture: CodedPicture, data: st.DataObject) -> None:
    file = picture.pack()
    short = file[: data.draw(st.integers(0, len(file) - 1 - len(picture.streams[-1])))]
    with pytest.raises(UnreadableImageError):
        unpack(short)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(UnreadableImageError):
        assert unpack(data).streams
