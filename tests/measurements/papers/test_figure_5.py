from pathlib import Path

import pytest

from llcodec.bench.complexity import Complexity, Stage
from measurements.papers.drawing import new_figure, styled
from measurements.papers.figure_5 import draw_bars, main, pipelines

ROWS = [
    Complexity("a", (Stage("enhancer", 1e6, 0), Stage("codec", 2e6, 0))),
    Complexity("b", (Stage("codec", 5e6, 0),)),
]


@pytest.mark.extra("matplotlib")
def test_stages_follow_each_other_and_the_sum_is_written() -> None:
    with styled():
        _, panels = new_figure(1, 1)
        draw_bars(panels[0][0], ROWS, lambda stage: stage.parameters / 1e6)
    bars = [(bar.get_x(), bar.get_width()) for bar in panels[0][0].patches]
    assert bars == [(0, 1), (1, 2), (0, 5)]
    assert [text.get_text().strip() for text in panels[0][0].texts] == ["3.0", "5.0"]


@pytest.mark.extra("torch", "matplotlib")
def test_all_pipelines_of_the_paper_are_drawn(tmp_path: Path) -> None:
    names = {row.name for row in pipelines()}
    assert {"joint fast", "joint paper-128", "Cheng-L + SNR-Aware", "TCM-M + SNR-Aware"} < names
    assert "base" not in names
    main(["--out", str(tmp_path / "it.svg")])
    assert (tmp_path / "it.svg").stat().st_size > 1000
