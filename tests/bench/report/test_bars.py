import pytest

from llcodec.bench.complexity import MEASURED, Complexity, Stage
from llcodec.bench.report.bars import bars

OURS = Complexity("ours", (Stage("encoder", 2e6, 30e9), Stage("decoder", 2e6, 10e9)))
THEIRS = Complexity(
    "theirs", (Stage("enhancer", 6e6, 8e9), Stage("codec", 10e6, 12e9)), "their paper"
)


def test_lengths_are_shares_of_the_longest_bar() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    macs, parameters = figure.panels
    assert [(s.start, s.length) for s in macs.bars[0].segments] == [(0, 75), (75, 25)]
    assert [(s.start, s.length) for s in parameters.bars[0].segments] == [(0, 12.5), (12.5, 12.5)]
    assert [(s.start, s.length) for s in parameters.bars[1].segments] == [(0, 37.5), (37.5, 62.5)]
    assert [bar.total for bar in parameters.bars] == ["4.00 M", "16.0 M"]


def test_bars_are_told_in_words() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    macs, parameters = figure.panels
    assert (macs.bars[1].total, parameters.bars[1].total) == ("20.0 G", "16.0 M")
    assert macs.bars[1].told == "enhancer 8.00 G, codec 12.0 G"


def test_stages_share_colours_and_sources_are_told() -> None:
    figure = bars([OURS, THEIRS, OURS, THEIRS])
    assert figure is not None
    assert figure.stages == ("encoder", "decoder", "enhancer", "codec")
    assert [s.stage for s in figure.panels[1].bars[1].segments] == [2, 3]
    assert figure.sources == (("their paper", ("theirs", "theirs")),)
    assert OURS.source == MEASURED


@pytest.mark.parametrize("empty", [[], [Complexity("nothing", ())]])
def test_nothing_is_drawn_of_nothing(empty: list[Complexity]) -> None:
    figure = bars(empty)
    assert figure is None or all(not bar.segments for p in figure.panels for bar in p.bars)
