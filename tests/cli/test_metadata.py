"""What pictures carry beside their pixels, through ``llc encode``, ``decode`` and ``enhance``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

Llc = Callable[..., Any]
DUSK = Image.fromarray(np.random.default_rng(0).integers(0, 60, (32, 48, 3), np.uint8))


@pytest.fixture
def ways(llc: Llc, tmp_path: Path) -> Callable[[Path, str], list[Path]]:
    """Decode what was encoded, and enhance; return the outputs."""

    def go(source: Path, suffix: str) -> list[Path]:
        decoded, enhanced = tmp_path / f"d{suffix}", tmp_path / f"e{suffix}"
        for command in (
            ("encode", source, tmp_path / "a.llc"),
            ("decode", tmp_path / "a.llc", decoded),
            ("enhance", source, enhanced),
        ):
            assert llc(*command, "--quiet").err == ""
        return [decoded, enhanced]

    return go


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_resolution_survives(
    ways: Callable[[Path, str], list[Path]], tmp_path: Path, suffix: str
) -> None:
    DUSK.save(tmp_path / f"in{suffix}", dpi=(300, 300))
    for to in (".jpg", ".png", ".tif"):
        for output in ways(tmp_path / f"in{suffix}", to):
            with Image.open(output) as image:
                assert image.info["dpi"] == pytest.approx((300, 300), abs=0.02)
            output.unlink()
        (tmp_path / "a.llc").unlink()


def test_texts_survive(ways: Callable[[Path, str], list[Path]], tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Ada")
    info.add_itxt("Title", "Dämmerung", "de", "Titel")
    DUSK.save(tmp_path / "in.png", pnginfo=info)
    for output in ways(tmp_path / "in.png", ".png"):
        with Image.open(output) as image:
            assert (image.info["Author"], image.info["Title"]) == ("Ada", "Dämmerung")
            assert (image.info["Title"].lang, image.info["Title"].tkey) == ("de", "Titel")


def test_what_a_format_cannot_hold_is_one_line(llc: Llc, tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Ada")
    exif = Image.Exif()
    exif[270] = "x" * 70_000
    DUSK.save(tmp_path / "in.png", pnginfo=info, exif=exif)
    line = "left out, since JPEG cannot hold it: EXIF (70,028 bytes), 1 text"
    enhanced = llc("enhance", tmp_path / "in.png", tmp_path / "e.jpg")
    assert enhanced.problems == [f"llc: {tmp_path}/in.png: {line}"]
    assert enhanced.code == 0
    assert llc("encode", tmp_path / "in.png").problems == []
    decoded = llc("decode", tmp_path / "in.llc", tmp_path / "d.jpg", "--json")
    assert json.loads(decoded.out)["left_out"] == [line]


def test_strip_drops_all_of_it(llc: Llc, tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Ada")
    DUSK.save(tmp_path / "in.png", pnginfo=info, dpi=(300, 300))
    assert llc("encode", tmp_path / "in.png", "--strip").code == 0
    assert not {b"nOTE", b"pHYs"} & {
        (tmp_path / "in.llc").read_bytes()[at : at + 4] for at in range(10, 200)
    }
    assert llc("enhance", tmp_path / "in.png", tmp_path / "out.png", "--strip").code == 0
    with Image.open(tmp_path / "out.png") as image:
        assert not {"Author", "dpi"} & set(image.info)
