"""What holds of every file: the order of chunks, unknown chunks, and limits."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llcodec.container import Limits, RawChunk, pack, unpack
from llcodec.errors import CorruptError, FormatError, LlcError, TooManyPixelsError

if TYPE_CHECKING:
    from tests.container.conftest import Chunk, MakeContainer

TEXT = 5  # the place of the one unknown chunk in the list of pieces
UNKNOWN_TYPES = st.from_regex(r"[a-z][A-Za-z]{3}", fullmatch=True).filter(
    lambda name: name not in ("iCCP", "eXIF", "xMPd", "pHYs", "nOTE", "fLAT")
)


@settings(deadline=None)
@given(data=st.data())
def test_chunks_have_one_order_only(
    pieces: list[bytes], make_container: "MakeContainer", data: st.DataObject
) -> None:
    """Any other is refused, whatever moves; but the unknown chunk may lie anywhere."""
    preamble, head, *rest, done = pieces
    shuffled = data.draw(st.permutations(rest))
    text = pieces[TEXT]
    file = b"".join([preamble, head, *shuffled, done])
    if [piece for piece in shuffled if piece != text] == [p for p in rest if p != text]:
        assert unpack(file) == make_container()
    else:
        with pytest.raises(CorruptError):
            unpack(file)


@settings(deadline=None)
@given(data=st.data())
def test_unknown_ancillary_chunks_change_nothing_else(
    pieces: list[bytes], make_container: "MakeContainer", chunk: "Chunk", data: st.DataObject
) -> None:
    new = data.draw(st.lists(st.tuples(UNKNOWN_TYPES, st.binary(max_size=40)), max_size=5))
    changed = list(pieces)
    for name, payload in new:
        place = data.draw(st.integers(2, len(changed) - 1))  # after HEAD, before DONE
        changed.insert(place, chunk(name.encode(), payload))
    found = unpack(b"".join(changed))
    expected = make_container()
    known = ("header", "tiles", "metadata", "alpha")
    assert all(getattr(found, name) == getattr(expected, name) for name in known)
    wanted = [*expected.unknown, *(RawChunk(name, payload) for name, payload in new)]
    assert sorted(found.unknown, key=repr) == sorted(wanted, key=repr)


@settings(deadline=None)
@given(
    pixels=st.integers(0, 30_000),
    metadata=st.integers(0, 100),
    alpha=st.integers(0, 20),
    unknown=st.integers(0, 3),
)
def test_a_file_is_read_exactly_when_it_keeps_to_all_limits(
    make_container: "MakeContainer", pixels: int, metadata: int, alpha: int, unknown: int
) -> None:
    file = make_container()
    limits = Limits(pixels, metadata, alpha, unknown)
    items = (file.metadata.exif, file.metadata.icc, file.metadata.xmp)
    longest = max(len(item or b"") for item in items)
    keeps = metadata >= longest and alpha >= len(file.alpha or b"") and unknown >= len(file.unknown)
    if pixels < file.header.pixels:
        with pytest.raises(TooManyPixelsError):
            unpack(pack(file), limits)
    elif not keeps:
        with pytest.raises(CorruptError):
            unpack(pack(file), limits)
    else:
        assert unpack(pack(file), limits) == file


@settings(deadline=None)
@given(
    place=st.integers(2, 12), damage=st.binary(min_size=1, max_size=30), start=st.integers(0, 40)
)
def test_no_damage_to_a_chunk_goes_unnoticed(
    pieces: list[bytes], make_container: "MakeContainer", place: int, damage: bytes, start: int
) -> None:
    piece = bytearray(pieces[place])
    piece[start : start + len(damage)] = damage
    changed = b"".join([*pieces[:place], bytes(piece), *pieces[place + 1 :]])
    if changed == b"".join(pieces):
        assert unpack(changed) == make_container()
        return
    with pytest.raises(LlcError) as caught:
        unpack(changed)
    assert isinstance(caught.value, FormatError)
