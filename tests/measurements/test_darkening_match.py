import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.pairs import Pair
from measurements import darkening_match
from measurements.darkening_match import darken_to, lol_rows, match


def scene(seed: int, height: int = 320, width: int = 480) -> np.ndarray:
    """Smooth shades of many brightnesses."""
    rng = np.random.default_rng(seed)
    down, across = np.linspace(0, 3, height)[:, None], np.linspace(0, 4, width)[None, :]
    planes = [np.sin(down * a + across * b + c) for a, b, c in rng.normal(0, 1, (3, 3))]
    return (128 + 110 * np.stack(planes, 2)).astype(np.uint8)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Pairs whose lows are darkened by the module itself."""
    highs = [scene(seed) for seed in range(12)]
    return [Pair(str(s), darken_to(high, 15.0, 100 + s), high) for s, high in enumerate(highs)]


@pytest.mark.parametrize("mean", [5.0, 20.0])
def test_pictures_are_darkened_to_a_mean(mean: float) -> None:
    dark = darken_to(scene(0), mean, seed=1)
    assert dark.dtype == np.uint8
    assert dark.mean() == pytest.approx(mean, rel=0.15)
    np.testing.assert_array_equal(dark, darken_to(scene(0), mean, seed=1))
    assert (dark != darken_to(scene(0), mean, seed=2)).any()


def test_lows_of_the_same_pipeline_match(pairs: list[Pair]) -> None:
    result = match(pairs, [pair.high for pair in pairs])
    assert result["real"]["pictures"] == 12
    assert result["real"]["mean_level"] == pytest.approx(15, rel=0.15)
    for part in ("darkened_highs", "darkened_photographs"):
        assert result[part]["pictures"] == 12
        assert result[part]["mean_abs_log2_ratio"] < 0.6


def test_lows_with_more_noise_do_not(pairs: list[Pair]) -> None:
    rng = np.random.default_rng(0)
    noisy = []
    for pair in pairs:
        low = pair.low + rng.normal(0, 8, pair.low.shape)
        noisy.append(Pair(pair.name, low.round().clip(0, 255).astype(np.uint8), pair.high))
    assert match(noisy, [pairs[0].high])["darkened_highs"]["mean_abs_log2_ratio"] > 1


def test_the_sheet_shows_lows_beside_darkened_highs(pairs: list[Pair]) -> None:
    rows = lol_rows(pairs, 3)
    assert [row.names[0] for row in rows] == ["real 0", "real 5", "real 11"]
    for row in rows:
        assert row.synthetic.mean() == pytest.approx(row.real.mean(), rel=0.2)
    assert len(lol_rows(pairs[:2])) == 2


def test_the_command_writes_result_and_sheet(
    pairs: list[Pair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pair in pairs[:3]:
        for kind, pixels in (("low", pair.low), ("high", pair.high)):
            (tmp_path / "lol" / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / "lol" / kind / f"{pair.name}.png")
    earlier, out, sheet = (tmp_path / name for name in ("a.json", "b.json", "sheet.png"))
    earlier.write_text('{"darkened_highs": 1}')
    monkeypatch.chdir(tmp_path)
    command = "darkening_match --lol lol --photographs lol/high --before {} --out {}"
    monkeypatch.setattr("sys.argv", [*command.format(earlier, out).split(), "--sheet", str(sheet)])
    darkening_match.main()
    result = json.loads(out.read_text())
    assert result["real"]["pictures"] == 3
    assert result["before"] == {"darkened_highs": 1}
    assert str(tmp_path) not in result["command"]
    assert "NaN" not in out.read_text()
    assert sheet.is_file()
    # What a result took from an earlier one, the next one keeps.
    monkeypatch.setattr("sys.argv", command.format(out, earlier).split())
    darkening_match.main()
    assert json.loads(earlier.read_text())["before"] == {"darkened_highs": 1}
