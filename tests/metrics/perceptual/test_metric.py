from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.metrics.perceptual import NAMES, MetricChoice, PerceptualMetric

Pixels = np.ndarray
Metrics = Mapping[str, PerceptualMetric]


@pytest.mark.parametrize("name", NAMES)
def test_equal_pictures_are_not_apart(metrics: Metrics, name: str, scene: Pixels) -> None:
    assert metrics[name](scene, scene.copy()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("damage", ["blurred", "noisy"])
def test_more_damage_is_farther_away(
    metrics: Metrics, name: str, damage: str, scene: Pixels, request: pytest.FixtureRequest
) -> None:
    apart = [metrics[name](picture, scene) for picture in request.getfixturevalue(damage)]
    assert all(less < more for less, more in pairwise([1e-5, *apart, 1.0]))


@pytest.mark.parametrize("name", NAMES)
def test_swapping_the_pictures_changes_nothing(
    metrics: Metrics, name: str, scene: Pixels, noisy: list[Pixels]
) -> None:
    there, back = metrics[name](noisy[1], scene), metrics[name](scene, noisy[1])
    assert there == pytest.approx(back, rel=1e-5)


def test_values_are_those_of_the_library(
    metrics: Metrics, scene: Pixels, blurred: list[Pixels]
) -> None:
    # Its public functions fetch whole networks by themselves: from the same cache.
    from torchmetrics.functional.image import deep_image_structure_and_texture_similarity as dists
    from torchmetrics.functional.image import learned_perceptual_image_patch_similarity as lpips

    x, y = (
        torch.from_numpy(p / 255).float().permute(2, 0, 1)[None].contiguous()
        for p in (blurred[2], scene)
    )
    theirs = {
        "lpips": lpips(x, y, "alex", normalize=True),
        "lpips-squeeze": lpips(x, y, "squeeze", normalize=True),
        "dists": dists(x, y),
    }
    for name in NAMES:
        assert metrics[name](blurred[2], scene) == pytest.approx(theirs[name].item(), abs=1e-6)


def test_records_name_the_weights(metrics: Metrics, request: pytest.FixtureRequest) -> None:
    published = request.node.callspec.params["metrics"] == "published"
    records = {name: metrics[name].record() for name in NAMES}
    backbones = {name: record["backbone"] for name, record in records.items()}
    assert backbones == {"lpips": "alexnet", "lpips-squeeze": "squeezenet1_1", "dists": "vgg16"}
    assert str(records["lpips"]["weights"]).startswith("alexnet-")
    assert {record["published"] for record in records.values()} == {published}
    assert len({record["sha256"] for record in records.values()}) == len(NAMES)
    assert metrics["dists"].decides["sha256"] == records["dists"]["sha256"]


def test_shapes_and_sizes_are_checked(cache: Path, scene: Pixels) -> None:
    least = {"lpips": 31, "lpips-squeeze": 17, "dists": 1}
    metrics = {name: MetricChoice(name).load() for name in NAMES}
    for name, side in least.items():
        small = scene[:side, :side]
        assert metrics[name](small, 255 - small) > 0
        if side > 1:
            with pytest.raises(ValueError, match=f"{side} pixels per side"):
                metrics[name](small[1:], small[1:])
    for metric in metrics.values():
        with pytest.raises(ValueError, match="shapes differ"):
            metric(scene, scene[:, 1:])
