import math
from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.papers.curves import read_curve, read_curves


def test_points_go_by_rate_and_leave_out_what_has_no_value(
    tmp_path: Path, bench_result: Callable[..., None]
) -> None:
    bench_result(tmp_path / "a.json", "joint", [0.3, 0.1, 0.2], [23, None, 22])
    curve = read_curve(tmp_path / "a.json")
    assert (curve.name, curve.pictures) == ("joint", 4)
    assert curve.points("psnr-rgb") == [(0.2, 22), (0.3, 23)]
    assert curve.best("ms-ssim-db-rgb") == 11.5
    assert math.isnan(curve.best("niqe"))
    assert curve.points("no such measure") == []


def test_files_of_the_quality_measurement_have_the_same_names(
    tmp_path: Path, quality_result: Callable[..., None]
) -> None:
    quality_result(tmp_path / "it.json", [0.1, 0.2], [20, 21])
    curve = read_curve(tmp_path / "it.json")
    assert (curve.name, curve.pictures) == ("it", 3)
    for column in ("psnr-rgb", "psnr-gt-mean-rgb", "local-psnr"):
        assert curve.points(column) == [(0.1, 20), (0.2, 21)]


@pytest.mark.parametrize("text", ["{}", "[]", "no", '{"rows": []}'])
def test_what_is_no_result_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="no results"):
        read_curves(tmp_path)
    (tmp_path / "it.json").write_text(text)
    with pytest.raises(InputError, match=r"it\.json: no result of a measurement"):
        read_curves(tmp_path)
