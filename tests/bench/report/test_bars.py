import pytest

from llcodec.bench.complexity import MEASURED, Complexity, Stage
from llcodec.bench.report.bars import bars

OURS = Complexity("ours", (Stage("encoder", 2e6, 30e9), Stage("decoder", 2e6, 10e9)))
THEIRS = Complexity(
    "theirs", (Stage("enhancer", 6e6, 20e9), Stage("codec", 10e6, None)), "their paper"
)


def test_lengths_are_shares_of_the_longest_bar() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    macs, parameters = figure.panels
    assert [(s.start, s.length) for s in macs.bars[0].segments] == [(0, 75), (75, 25)]
    assert [(s.start, s.length) for s in parameters.bars[0].segments] == [(0, 12.5), (12.5, 12.5)]
    assert [(s.start, s.length) for s in parameters.bars[1].segments] == [(0, 37.5), (37.5, 62.5)]
    assert [bar.total for bar in parameters.bars] == ["4.00 M", "16.0 M"]


def test_what_is_not_published_is_not_drawn_in_part() -> None:
    figure = bars([OURS, THEIRS])
    assert figure is not None
    unknown = figure.panels[0].bars[1]
    assert (unknown.total, unknown.segments) == ("not published", ())
    assert unknown.told == "enhancer 20.0 G, codec not published"


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
