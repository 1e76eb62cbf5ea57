from pathlib import Path

import pytest

from llcodec.metrics.perceptual.backbone import ALEXNET, SQUEEZENET, VGG16, Backbone


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(
    ("backbone", "file_name", "last", "parameters"),
    [
        (ALEXNET, "alexnet-owt-7be5be79.pth", (256, 256, 3, 3), 2_469_696),
        (SQUEEZENET, "squeezenet1_1-b8a52dc0.pth", (256, 64, 3, 3), 722_496),
        (VGG16, "vgg16-397923af.pth", (512, 512, 3, 3), 14_714_688),
    ],
)
def test_backbones_are_those_of_the_papers(
    backbone: Backbone, file_name: str, last: tuple[int, ...], parameters: int
) -> None:
    assert backbone.file_name == Path(backbone.url).name == file_name
    assert file_name.endswith(f"-{backbone.hash_start}.pth")
    assert len(backbone.hash_start) == 8
    features = backbone.empty_features()
    weights = list(features.parameters())
    assert tuple(weights[-2].shape) == last
    assert sum(weight.numel() for weight in weights) == parameters
    assert all(weight.is_meta for weight in weights)  # no memory is used
