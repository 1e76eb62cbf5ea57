import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llcodec.data.raw import read_raw, require_rawpy
from llcodec.errors import InputError, UnreadableImageError


def test_a_raw_file_is_developed(tmp_path: Path, make_raw: Callable[..., None]) -> None:
    pytest.importorskip("rawpy")
    make_raw(tmp_path / "grey.dng", 24, 32)
    pixels = read_raw(tmp_path / "grey.dng")
    assert pixels.shape == (24, 32, 3)
    assert pixels.dtype == np.uint8
    columns = pixels[2:-2].astype(int).mean(0)
    assert (np.diff(columns.mean(1)) > 0).all()
    assert np.abs(columns[2:-2] - columns[2:-2].mean(1, keepdims=True)).max() < 8  # grey


@pytest.mark.parametrize("data", [b"", b"II*\0 and then something else" * 9])
def test_what_is_not_raw_is_reported(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("rawpy")
    (tmp_path / "a.arw").write_bytes(data)
    with pytest.raises(UnreadableImageError, match="RAW"):
        read_raw(tmp_path / "a.arw")
    with pytest.raises(UnreadableImageError, match="RAW"):
        read_raw(tmp_path / "missing.arw")


def test_the_extra_is_named_when_rawpy_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[raw\]"'):
        require_rawpy()
    with pytest.raises(InputError, match=r"llcodec\[raw\]"):
        read_raw(tmp_path / "a.arw")
