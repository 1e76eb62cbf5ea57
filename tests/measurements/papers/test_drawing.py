from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.papers.drawing import Line, draw_lines, new_figure, save, styled

LINE = Line("joint", [(0.1, 20), (0.4, 22)], "#101418")


def draw(path: Path) -> None:
    with styled():
        figure, panels = new_figure(1, 2)
        draw_lines(panels[0][0], [LINE], "LOL, 31 pictures", "PSNR, dB")
        save(figure, path)


@pytest.mark.extra("matplotlib")
@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_same_results_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        draw(tmp_path / f"{name}.{suffix}")
    first, second = (tmp_path / f"{name}.{suffix}" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.extra("matplotlib")
def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"svg or \.png"):
        draw(tmp_path / "a.jpg")


@pytest.mark.extra("matplotlib")
def test_a_panel_shows_the_points_against_the_logarithm_of_the_rate() -> None:
    with styled():
        _, panels = new_figure(2, 1)
        axes = panels[1][0]
        draw_lines(axes, [LINE], "LOL", "PSNR, dB")
    (line,) = axes.get_lines()
    assert line.get_xydata().tolist() == [[0.1, 20], [0.4, 22]]
    assert axes.get_xscale() == "log"
    assert (axes.get_title("left"), axes.get_ylabel()) == ("LOL", "PSNR, dB")
