import time
from typing import TYPE_CHECKING

import pytest

from llcodec.container import DEFAULT_LIMITS, Limits
from llcodec.container.head_chunk import write_head
from llcodec.container.opening import open_file
from llcodec.container.signature import write_preamble
from llcodec.errors import CorruptError, TooManyPixelsError, TruncatedError

if TYPE_CHECKING:
    from tests.container.conftest import Chunk, MakeHeader, Refuses


def test_it_returns_the_header_and_where_to_continue(
    make_header: "MakeHeader", chunk: "Chunk"
) -> None:
    start = write_preamble() + chunk(b"HEAD", write_head(make_header(), 0))
    assert open_file(start + b"rest", DEFAULT_LIMITS) == (make_header(), len(start))


def test_the_first_chunk_is_the_header(chunk: "Chunk", refuses: "Refuses") -> None:
    with refuses(CorruptError, "first chunk is teXt"):
        open_file(write_preamble() + chunk(b"teXt"), DEFAULT_LIMITS)


def test_the_header_must_be_there(refuses: "Refuses") -> None:
    with refuses(TruncatedError, "ends at byte 10"):
        open_file(write_preamble(), DEFAULT_LIMITS)


def test_the_header_must_be_whole(
    make_header: "MakeHeader", chunk: "Chunk", refuses: "Refuses"
) -> None:
    data = write_preamble() + chunk(b"HEAD", write_head(make_header(), 0))
    with refuses(CorruptError, "HEAD chunk at byte 10"):
        open_file(data[:-1] + b"?", DEFAULT_LIMITS)


@pytest.mark.parametrize("edge", [10**6, 2**32 - 1])
def test_a_huge_picture_is_refused_at_once(
    make_header: "MakeHeader", chunk: "Chunk", refuses: "Refuses", edge: int
) -> None:
    head = write_head(make_header(width=edge, height=edge), 0)
    data = write_preamble() + chunk(b"HEAD", head)
    start = time.perf_counter()
    with refuses(TooManyPixelsError, "more than the limit of 100000000"):
        open_file(data, DEFAULT_LIMITS)
    assert time.perf_counter() - start < 5


def test_the_limit_is_inclusive(
    make_header: "MakeHeader", chunk: "Chunk", refuses: "Refuses"
) -> None:
    data = write_preamble() + chunk(b"HEAD", write_head(make_header(), 0))
    open_file(data, Limits(max_pixels=15_000))
    with refuses(TooManyPixelsError):
        open_file(data, Limits(max_pixels=14_999))
