from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.darkening import Darkening
from measurements import darkening_sheet
from measurements.darkening_sheet import Row, darkened, own_rows, sheet

PICTURE = np.full((210, 320, 3), (40, 20, 30), np.uint8)
PLAIN = Darkening(exposure=0.1, balance=(1.0, 1.0, 1.0), shot=0.0, read=0.0, contrast=0.0)


def test_a_row_shows_both_pictures_as_they_are_and_brightened() -> None:
    whole = sheet([Row(PICTURE, PICTURE // 2, ("one", "two"))])
    assert whole.shape == (214, 1200, 3)
    middles = [whole[110, left + 150].tolist() for left in (0, 300, 600, 900)]
    assert middles[0] == [40, 20, 30]
    assert middles[1] == [133, 67, 100]  # a mean of 100
    assert middles[2] == [20, 10, 15]
    assert middles[3] == [133, 67, 100]
    assert (whole[:14] < 128).any()  # words


def test_small_and_black_pictures_are_shown_too() -> None:
    whole = sheet([Row(PICTURE[:10, :10], np.zeros_like(PICTURE), ("one", "two"))] * 2)
    assert whole.shape == (428, 1200, 3)
    assert whole[14, 0].tolist() == [40, 20, 30]
    assert not whole[30:214].any()


def test_eight_bit_pictures_are_darkened() -> None:
    dark = darkened(np.full((4, 4, 3), 255, np.uint8), PLAIN, None)
    assert dark.dtype == np.uint8
    assert (dark == 89).all()  # a tenth of the light


def test_photographs_stand_beside_their_darkened_selves() -> None:
    (row,), (again,) = (own_rows([PICTURE], 1 / 4) for _ in range(2))
    assert row.real is PICTURE
    assert row.names == ("real", "synthetic, 1/4 of the light")
    assert row.synthetic.mean() < 0.7 * PICTURE.mean()
    np.testing.assert_array_equal(row.synthetic, again.synthetic)


def test_the_command_writes_the_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, out = tmp_path / "photographs", tmp_path / "sheet.png"
    folder.mkdir()
    Image.fromarray(PICTURE).save(folder / "a.png")
    arguments = ["darkening_sheet", "--photographs", str(folder), "--out", str(out)]
    monkeypatch.setattr("sys.argv", arguments)
    darkening_sheet.main()
    with Image.open(out) as image:
        assert image.size == (1200, 214)
