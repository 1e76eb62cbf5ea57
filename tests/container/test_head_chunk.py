import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import Header
from llcodec.container.head_chunk import read_head, write_head
from llcodec.errors import CorruptError, UnsupportedError

if TYPE_CHECKING:
    from tests.container.conftest import MakeHeader, Refuses

I16 = st.integers(-(2**15), 2**15 - 1)
TONES = st.none() | st.tuples(*[I16] * 15)
LOCAL_TONES = st.tuples(
    *[I16] * 15,
    *[st.integers(0, 2**15 - 1)] * 3,
    st.integers(1, 2**15 - 1),
    *[st.integers(-127, 127)] * 24,
)
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
    tone=TONES | LOCAL_TONES,
)


@settings(deadline=None)
@given(header=HEADERS, minor=st.integers(0, 255))
def test_round_trip(header: Header, minor: int) -> None:
    major = 2 if header.has_local_tone else 1
    assert read_head(write_head(header, minor), minor, major) == header


@settings(deadline=None)
@given(payload=st.binary(max_size=130), major=st.integers(1, 2))
def test_any_bytes_give_a_header_or_an_error(payload: bytes, major: int) -> None:
    try:
        header = read_head(payload, 0, major)
    except (CorruptError, UnsupportedError):
        return
    assert write_head(header, 0) == payload


@settings(deadline=None)
@given(tail=st.binary(min_size=62, max_size=62))
def test_any_numbers_of_a_local_curve_are_read_or_corrupt(
    make_header: "MakeHeader", local_tone: tuple[int, ...], tail: bytes
) -> None:
    payload = write_head(make_header(tone=local_tone), 0)[: -len(tail)] + tail
    *toes, knee = struct.unpack_from("<4h", tail, 30)
    if min(toes) >= 0 and knee >= 1 and 0x80 not in tail[38:]:
        assert write_head(read_head(payload, 0, 2), 0) == payload
    else:
        with pytest.raises(CorruptError, match=r"toe|knee|exposure"):
            read_head(payload, 0, 2)


def test_the_layout(make_header: "MakeHeader") -> None:
    assert write_head(make_header(grey=True, has_alpha=True, tone=None), 3) == bytes.fromhex(
        "03 96000000 64000000 05 0004 4000 0001020304050607 04 66617374 00"
    )


def test_the_layout_of_local_curves(make_header: "MakeHeader") -> None:
    """19 integers of two bytes, then 24 of one."""
    tone = (*(0,) * 14, -2, 1, 2, 32767, 256, *(0,) * 22, -1, 127)
    assert write_head(make_header(tone=tone), 0)[27:] == bytes.fromhex(
        "2b" + "0000" * 14 + "feff 0100 0200 ff7f 0001" + "00" * 22 + "ff 7f"
    )


@pytest.mark.parametrize("tone", [None, (1,) * 15, (1,) * 43])
def test_a_payload_of_another_length_is_refused(
    make_header: "MakeHeader", refuses: "Refuses", tone: tuple[int, ...] | None
) -> None:
    header = make_header(tone=tone)
    payload, major = write_head(header, 0), 2 if header.has_local_tone else 1
    for length in range(len(payload)):
        with refuses(CorruptError, "HEAD"):
            read_head(payload[:length], 0, major)
    with refuses(CorruptError, "wrong length"):
        read_head(payload + b"\0", 0, major)


def test_the_major_version_is_that_of_the_tone_numbers(
    make_header: "MakeHeader", refuses: "Refuses", local_tone: tuple[int, ...]
) -> None:
    with refuses(CorruptError, "a local tone curve, but format version 1"):
        read_head(write_head(make_header(tone=local_tone), 0), 0, 1)
    for tone in (None, (1,) * 15):
        with refuses(UnsupportedError, "version 2 without a local tone curve"):
            read_head(write_head(make_header(tone=tone), 0), 0, 2)


@pytest.mark.parametrize(
    ("place", "byte", "words"),
    [
        (28 + 2 * 15 + 1, 0x80, "a toe must be from 0 to 32767, not -32768"),
        (28 + 2 * 17 + 1, 0xFF, "a toe"),
        (28 + 2 * 18, 0, "the knee must be from 1 to 32767, not 0"),
        (28 + 2 * 18 + 1, 0x80, "the knee"),
        (28 + 2 * 19, 0x80, "an exposure must be from -127 to 127, not -128"),
        (28 + 2 * 19 + 23, 0x80, "an exposure"),
        (27, 15, "wrong length"),
        (27, 42, "42 tone numbers"),
    ],
)
def test_wrong_values_of_local_curves_are_refused(
    make_header: "MakeHeader",
    refuses: "Refuses",
    local_tone: tuple[int, ...],
    place: int,
    byte: int,
    words: str,
) -> None:
    payload = bytearray(write_head(make_header(tone=local_tone), 0))
    payload[place] = byte
    with refuses(CorruptError, words):
        read_head(bytes(payload), 0, 2)


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
