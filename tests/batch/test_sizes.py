from collections.abc import Callable
from pathlib import Path

import llcodec
from llcodec.batch.sizes import megapixels


def test_the_header_tells(dark: Callable[..., Path], tmp_path: Path) -> None:
    source = dark(tmp_path / "a.jpg", size=(80, 48))
    assert megapixels(source.read_bytes(), 10_000) == 0.00384
    assert megapixels(source, 10_000) == 0.00384
    assert megapixels(llcodec.encode(source, device="cpu"), 10_000) == 0.00384


def test_what_will_not_be_decoded_needs_no_room(dark: Callable[..., Path], tmp_path: Path) -> None:
    assert megapixels(b"", 10_000) == 0
    assert megapixels(b"no picture", 10_000) == 0
    assert megapixels(b"\x89LLC\r\n\x1a\n", 10_000) == 0
    assert megapixels(dark(tmp_path / "a.png", size=(800, 480)).read_bytes(), 10_000) == 0
