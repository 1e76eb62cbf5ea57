from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.papers.curves import read_curves
from measurements.papers.figure_4 import compared, lines_of, main

ROWS = ("joint", "ebc:snr-aware+avif", "cbe:avif+snr-aware", "cbe:base+snr-aware", "ebc:lime+avif")


@pytest.fixture
def folder(tmp_path: Path, bench_result: Callable[..., None]) -> Path:
    for number, spec in enumerate(ROWS):
        bench_result(tmp_path / "lol" / f"{number}.json", spec, [0.1, 0.2], [20, 21 + number])
    return tmp_path / "lol"


def test_lines_are_joint_and_one_enhancer_around_each_codec(folder: Path) -> None:
    curves = compared(read_curves(folder), "snr-aware")
    lines = {line.name: line for line in lines_of(curves, "snr-aware", "psnr-rgb")}
    assert set(lines) == set(ROWS[:4])
    before, after, other = (lines[name] for name in ROWS[1:4])
    assert (before.colour, before.marker) == (after.colour, after.marker)
    assert (before.dashes, after.dashes) == ("-", "--")
    assert other.colour != after.colour
    assert lines["joint"].points == [(0.1, 20), (0.2, 21)]


def test_a_codec_is_recognised_beside_an_exported_network(
    tmp_path: Path, bench_result: Callable[..., None]
) -> None:
    network = "torch:it.pt2,multiple=8"
    for number, spec in enumerate((f"ebc:{network}+avif", f"cbe:avif+{network}")):
        bench_result(tmp_path / f"{number}.json", spec, [0.1], [20])
    before, after = lines_of(compared(read_curves(tmp_path), network), network, "psnr-rgb")
    assert before.colour == after.colour


@pytest.mark.extra("matplotlib")
def test_the_figure_has_a_row_for_each_folder(folder: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.svg", tmp_path / "two.svg"
    main([str(folder), "--out", str(one)])
    main([str(folder), str(folder), "--out", str(two)])
    assert two.stat().st_size > one.stat().st_size > 1000
    with pytest.raises(InputError, match="no pipelines with nerco"):
        main([str(folder), "--enhancer", "nerco", "--out", str(one)])
