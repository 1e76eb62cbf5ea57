"""Our counts beside those that were taken of the authors' networks."""

import pytest

from llcodec.bench.complexity import (
    Complexity,
    Stage,
    all_complexities,
    in_sequence,
    joint_complexity,
    paper_complexities,
)
from llcodec.nets.presets import FAST


@pytest.fixture(scope="module")
def found() -> dict[str, Complexity]:
    return {complexity.name: complexity for complexity in all_complexities()}


@pytest.mark.parametrize(
    ("name", "millions", "giga"),
    [
        ("joint paper-128", 32.84, 267.9),
        ("joint paper-192", 51.504 - 1.516, 565.9),
        ("cheng2020-anchor-128", 11.833, 204.4),
        ("cheng2020-anchor-192", 26.599, 458.3),
        ("snr-aware-paper", 39.124, 202.1),
        ("Cheng-S + SNR-Aware", 50.96, 406.6),
        ("Cheng-L + SNR-Aware", 65.72, 660.4),
    ],
)
def test_published_networks_cost_what_was_measured(
    found: dict[str, Complexity], name: str, millions: float, giga: float
) -> None:
    """At 960×512; parameters that nothing uses are left out."""
    assert found[name].parameters / 1e6 == pytest.approx(millions, rel=1e-3)
    assert found[name].macs is not None
    assert found[name].macs / 1e9 == pytest.approx(giga, rel=1e-3)


def test_stages_of_the_published_network(found: dict[str, Complexity]) -> None:
    stages = {stage.name: (stage.macs or 0) / 1e9 for stage in found["joint paper-128"].stages}
    assert stages == pytest.approx(
        {"encoder": 141.9, "entropy model": 4.8, "decoder": 121.2}, rel=0.01
    )


@pytest.mark.parametrize(("size", "millions"), [("S", 84.3), ("M", 98.3), ("L", 115.7)])
def test_what_is_not_built_here_is_quoted(
    found: dict[str, Complexity], size: str, millions: float
) -> None:
    quoted = found[f"TCM-{size} + SNR-Aware"]
    assert quoted.parameters / 1e6 == pytest.approx(millions, abs=0.05)
    assert quoted.macs is None
    assert "CVPR 2023" in quoted.source


def test_the_figure_of_the_paper_is_a_part_of_all(found: dict[str, Complexity]) -> None:
    figure = paper_complexities()
    assert [one.name for one in figure] == [
        "joint paper-128",
        "joint paper-192",
        "Cheng-S + SNR-Aware",
        "Cheng-L + SNR-Aware",
        "TCM-S + SNR-Aware",
        "TCM-M + SNR-Aware",
        "TCM-L + SNR-Aware",
    ]
    assert all(found[one.name] == one for one in figure)


def test_all_weights_belong_to_a_stage() -> None:
    from llcodec.codec.joint import JointModel

    whole = sum(p.numel() for p in JointModel(FAST).parameters())
    assert joint_complexity("fast", FAST).parameters == whole


def test_sequences_add_up() -> None:
    one = Complexity("a", (Stage("x", 1, 10),))
    other = Complexity("b", (Stage("y", 2, 20), Stage("z", 3, None)))
    both = in_sequence("c", one, other)
    assert both.parameters == 6
    assert both.macs is None
    assert in_sequence("d", one, one).macs == 20
