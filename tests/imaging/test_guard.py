import struct
import warnings
import zlib

import pytest
from PIL import Image

from llcodec.errors import CorruptError, TooManyPixelsError, UnreadableImageError
from llcodec.imaging.guard import guarded

RAISED: list[type[Exception]] = [
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    IndexError,
    TypeError,
    EOFError,
]
RAISED += [MemoryError, zlib.error, OverflowError, RecursionError, AttributeError]


@pytest.mark.parametrize("kind", RAISED)
def test_translates(kind: type[Exception]) -> None:
    with (
        pytest.raises(UnreadableImageError, match=r"^damaged: two lines$"),
        guarded(UnreadableImageError, "damaged"),
    ):
        raise kind("two\n lines")


def test_own_errors_and_interrupts_pass() -> None:
    with pytest.raises(CorruptError), guarded(UnreadableImageError, "damaged"):
        raise CorruptError("as it is")
    with pytest.raises(KeyboardInterrupt), guarded(UnreadableImageError, "damaged"):
        raise KeyboardInterrupt


def test_bomb_is_too_many_pixels() -> None:
    with pytest.raises(TooManyPixelsError), guarded(UnreadableImageError, "damaged"):
        raise Image.DecompressionBombError("boom")


def test_an_error_without_text_is_named() -> None:
    expected = pytest.raises(UnreadableImageError, match="damaged: MemoryError")
    with expected, guarded(UnreadableImageError, "damaged"):
        raise MemoryError


def test_warnings_stay_inside_and_filters_come_back() -> None:
    before = list(warnings.filters)
    with guarded(UnreadableImageError, "damaged"):
        warnings.warn("odd tag", stacklevel=1)
    assert list(warnings.filters) == before
