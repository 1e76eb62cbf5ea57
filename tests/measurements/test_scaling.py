"""Mosaics of every size, what is kept of earlier runs, and figures of real processes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from measurements.scaling import (
    SIZES,
    USUAL_LIMIT,
    broken_promises,
    finished_rows,
    growth,
    main,
    mosaic,
    settings,
    shape,
)
from measurements.scaling_plot import write_plot


def row(megapixels: float, seconds: float, peak_mb: float | None = 500.0) -> dict[str, Any]:
    width, height = shape(megapixels)
    side = {"seconds": seconds, "peak_mb": peak_mb}
    return {
        "megapixels": megapixels,
        "width": width,
        "height": height,
        "encode": side,
        "decode": side,
    }


@pytest.mark.parametrize("megapixels", [0.000001, *SIZES, 150.0])
def test_pictures_are_3_to_2_and_never_larger_than_asked(megapixels: float) -> None:
    width, height = shape(megapixels)
    assert 0.98 * megapixels <= width * height / 1e6 <= megapixels
    assert width / height == pytest.approx(1.5, rel=0.02) or megapixels < 0.001


def test_the_largest_usual_size_needs_no_option() -> None:
    width, height = shape(max(SIZES))
    assert width * height <= USUAL_LIMIT


def test_a_mosaic_is_covered_by_photographs_and_the_same_each_time() -> None:
    noise = np.random.default_rng(0).integers(1, 255, (2, 30, 40, 3), np.uint8)
    photographs = [Image.fromarray(noise[0]), Image.fromarray(noise[1][:20])]
    picture = mosaic(150, 100, photographs)
    assert picture.size == (150, 100)
    assert np.asarray(picture).min() > 0  # black would be a hole
    assert picture.tobytes() == mosaic(150, 100, photographs).tobytes()


def test_growth_is_a_power_of_the_pixels() -> None:
    sizes = (0.1, 1.0, 3.0, 10.0)
    assert growth([row(s, 2 * s) for s in sizes], "encode") == pytest.approx(1, abs=0.01)
    assert growth([row(s, s**2) for s in sizes], "decode") == pytest.approx(2, abs=0.01)
    assert growth([row(0.1, 1), row(0.3, 1), row(1.0, 2)], "encode") is None


def test_promises_that_are_broken_are_named() -> None:
    rows = [row(24.0, 40, 2100), row(50.0, 80, 9000), row(100.0, 160, 2900), row(24.0, 1, None)]
    assert broken_promises(rows) == [
        "encode of 24 MP: 2100 MB, not 2000",
        "decode of 24 MP: 2100 MB, not 2000",
    ]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"settings": 1, "rows": 1}'])
def test_nothing_is_kept_of_what_is_no_result(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    assert finished_rows(tmp_path / "a.json", {}) == []


def test_the_plot_is_the_same_for_the_same_figures(tmp_path: Path) -> None:
    rows = [row(s, 2 * s) for s in (0.1, 1.0)]
    for name in ("a.png", "b.png"):
        write_plot(rows, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width > 1000


def test_sizes_are_measured_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "scaling.json"
    words = ["--megapixels", "0.002", "--threads", "1", "--out", str(out)]
    assert main(words) == 0
    first = json.loads(out.read_text())
    [measured] = first["rows"]
    assert (measured["width"], measured["height"]) == (54, 36)
    for side in ("encode", "decode"):
        assert measured[side]["seconds"] > 0
        assert 50 < measured[side]["peak_mb"] < 4000
    assert out.with_suffix(".png").is_file()
    capsys.readouterr()
    out.with_suffix(".png").unlink()
    assert main(words) == 0
    assert capsys.readouterr().out == ""  # nothing was measured
    assert json.loads(out.read_text())["rows"] == first["rows"]
    assert out.with_suffix(".png").is_file()
    assert finished_rows(out, settings(1)) == first["rows"]
    assert finished_rows(out, settings(2)) == []
