from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import Header
from llcodec.container.head_chunk import read_head, write_head
from llcodec.errors import CorruptError

if TYPE_CHECKING:
    from tests.container.conftest import MakeHeader, Refuses

I16 = st.integers(-(2**15), 2**15 - 1)
HEADERS = st.builds(
    Header,
    width=st.integers(1, 2**32 - 1),
    height=st.integers(1, 2**32 - 1),
    quality_units=st.integers(256, 2048),
    model_name=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,31}", fullmatch=True),
    model_hash=st.binary(min_size=8, max_size=8),
    tile_size=st.integers(1, 1023).map(lambda n: 64 * n),
    grey=st.booleans(),
    sixteen_bit=st.booleans(),
    has_alpha=st.booleans(),
    tone=st.none() | st.tuples(*[I16] * 15),
)


@settings(deadline=None)
@given(header=HEADERS, minor=st.integers(0, 255))
def test_round_trip(header: Header, minor: int) -> None:
    assert read_head(write_head(header, minor), minor) == header


@settings(deadline=None)
@given(payload=st.binary(max_size=100))
def test_any_bytes_give_a_header_or_a_corrupt_error(payload: bytes) -> None:
    try:
        header = read_head(payload, 0)
    except CorruptError:
        return
    assert write_head(header, 0) == payload


def test_the_layout(make_header: "MakeHeader") -> None:
    assert write_head(make_header(grey=True, has_alpha=True, tone=None), 3) == bytes.fromhex(
        "03 96000000 64000000 05 0004 4000 0001020304050607 04 66617374 00"
    )


@pytest.mark.parametrize("tone", [None, (1,) * 15])
def test_a_payload_of_another_length_is_refused(
    make_header: "MakeHeader", refuses: "Refuses", tone: tuple[int, ...] | None
) -> None:
    payload = write_head(make_header(tone=tone), 0)
    for length in range(len(payload)):
        with refuses(CorruptError, "HEAD"):
            read_head(payload[:length], 0)
    with refuses(CorruptError, "wrong length"):
        read_head(payload + b"\0", 0)


def test_the_minor_version_must_be_repeated(make_header: "MakeHeader", refuses: "Refuses") -> None:
    with refuses(CorruptError, "minor version"):
        read_head(write_head(make_header(), 0), 1)


@pytest.mark.parametrize(
    ("place", "byte", "words"),
    [
        (9, 8, "unknown flags: 0x08"),
        (9, 128, "unknown flags: 0x80"),
        (11, 9, "quality"),
        (12, 65, "tile size"),
        (22, 0, "tone"),
        (22, 33, "tone"),
        (23, 0xFF, "model name"),
        (23, 10, "model name"),
        (27, 14, "14 tone numbers"),
        (27, 0, "wrong length"),
    ],
)
def test_wrong_values_are_refused(
    make_header: "MakeHeader", refuses: "Refuses", place: int, byte: int, words: str
) -> None:
    payload = bytearray(write_head(make_header(), 0))
    payload[place] = byte
    with refuses(CorruptError, words):
        read_head(bytes(payload), 0)
