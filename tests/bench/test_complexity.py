"""Our counts beside those that were taken of the authors' networks."""

from dataclasses import replace

import pytest

from llcodec._cards import read_card
from llcodec._causal_context import CodingOrder
from llcodec._shipped import shipped_codecs, shipped_file
from llcodec.bench.complexity import (
    Complexity,
    Stage,
    all_complexities,
    in_sequence,
    joint_complexity,
    paper_complexities,
)
from llcodec.codec.weights import read_model
from llcodec.nets.presets import FAST, FAST_2


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
    assert found[name].macs / 1e9 == pytest.approx(giga, rel=1e-3)


def test_stages_of_the_published_network(found: dict[str, Complexity]) -> None:
    stages = {stage.name: stage.macs / 1e9 for stage in found["joint paper-128"].stages}
    assert stages == pytest.approx(
        {"encoder": 141.9, "entropy model": 4.8, "decoder": 121.2}, rel=0.01
    )


@pytest.mark.parametrize(
    ("size", "millions", "giga"),
    [("S", 84.3, 211.1), ("M", 98.3, 415.5), ("L", 115.7, 700.1)],
)
def test_what_is_not_built_here_is_quoted(
    found: dict[str, Complexity], size: str, millions: float, giga: float
) -> None:
    quoted = found[f"TCM-{size} + SNR-Aware"]
    assert quoted.parameters / 1e6 == pytest.approx(millions, abs=0.05)
    assert quoted.macs / 1e9 == pytest.approx(202.1 + giga * 960 / 768, rel=1e-3)
    assert "CVPR 2023" in quoted.source
    assert "768×512" in quoted.source


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
    from llcodec.nets.joint import JointModel

    whole = sum(p.numel() for p in JointModel(FAST).parameters())
    assert joint_complexity("fast", FAST, masked=True).parameters == whole


@pytest.mark.parametrize("order", ["checkerboard", "serial"])
def test_what_the_mask_leaves_out_is_no_part_of_ours(order: CodingOrder) -> None:
    preset = replace(FAST, order=order)
    ours = joint_complexity("fast", preset)
    whole = joint_complexity("fast", preset, masked=True)
    out = 13 * FAST.latents * FAST.context_features  # of 25 weights for each pair of channels
    assert whole.parameters - ours.parameters == out
    assert whole.macs - ours.macs == out * (960 // 16) * (512 // 16)
    assert [s.macs for s in ours.stages[::2]] == [s.macs for s in whole.stages[::2]]


def test_groups_have_masks_of_their_own() -> None:
    ours, whole = (joint_complexity("fast", FAST_2, masked=masked) for masked in (False, True))
    pairs = zip(FAST_2.groups, FAST_2.group_features, strict=True)
    out = sum(13 * channels * features for channels, features in pairs)
    assert whole.parameters - ours.parameters == out
    assert whole.macs - ours.macs == out * (960 // 16) * (512 // 16)


@pytest.mark.parametrize("name", sorted(shipped_codecs()))
def test_our_own_networks_are_as_large_as_their_weight_files_say(name: str) -> None:
    preset = read_model(shipped_file(name)).preset
    counted = joint_complexity(name, preset).parameters
    # Densities are learnt, and shipped as tables, which do not count.
    assert read_card(shipped_file(name)).parameters == pytest.approx(counted, rel=1e-3)


def test_sequences_add_up() -> None:
    one = Complexity("a", (Stage("x", 1, 10),))
    other = Complexity("b", (Stage("y", 2, 20), Stage("z", 3, 30)))
    both = in_sequence("c", one, other)
    assert (both.parameters, both.macs) == (6, 60)
    assert [stage.name for stage in both.stages] == ["x", "y", "z"]
