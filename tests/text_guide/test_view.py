"""The differentiable view is the transform that open_clip evaluates with."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from llcodec.engine.tensors import to_tensor
from llcodec.errors import InputError
from llcodec.text_guide.open_clip_extra import require_open_clip
from llcodec.text_guide.view import GuideView

PHOTOGRAPH = Path(__file__).parents[2] / "examples" / "lantern.jpg"
CLIP = {
    "size": 224,
    "mean": (0.48145466, 0.4578275, 0.40821073),
    "std": (0.26862954, 0.26130258, 0.27577711),
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}


def picture(crop: tuple[int, int, int, int]) -> Image.Image:
    with Image.open(PHOTOGRAPH) as image:
        return image.convert("RGB").crop(crop)


@pytest.mark.extra("open_clip")
@pytest.mark.parametrize("crop", [(0, 0, 500, 333), (10, 0, 300, 641), (0, 0, 256, 256)])
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"resize_mode": "squash", "size": 96},
        {"interpolation": "bilinear"},
        {"size": 320, "mean": (0, 0, 0), "std": (1, 1, 1)},
        {"size": (192, 256)},
    ],
)
def test_views_equal_those_of_open_clip(
    crop: tuple[int, int, int, int], change: dict[str, object]
) -> None:
    """Pillow, which open_clip resizes with, rounds and clips to 8 bits twice on its way.

    That shows where bicubic filters overshoot, at a few sharp edges; nothing else may differ.
    """
    require_open_clip()
    from open_clip.transform import (  # type: ignore[import-untyped]
        PreprocessCfg,
        image_transform_v2,
    )

    config = PreprocessCfg(**{**CLIP, **change})
    image = picture(crop)
    wanted = image_transform_v2(config, is_train=False)(image)
    seen = GuideView.of(asdict(config))(to_tensor(np.asarray(image)))[0]
    assert seen.shape == wanted.shape
    levels = (seen - wanted).abs() * torch.tensor(config.std).view(3, 1, 1) * 255
    assert float(levels.mean()) < 0.5
    assert float((levels > 2).float().mean()) < 0.002
    assert float(levels.max()) < 8


def test_gradients_reach_every_pixel_that_is_seen() -> None:
    image = torch.rand(2, 3, 40, 60, generator=torch.manual_seed(0)).requires_grad_()
    view = GuideView.of({**CLIP, "size": 20})
    view(image).square().sum().backward()  # type: ignore[no-untyped-call]
    assert image.grad is not None
    middle = image.grad[..., 14:46]
    assert float((middle != 0).float().mean()) > 0.95
    assert float(image.grad[..., :4].abs().max()) == 0  # cut off
    whole = replace(view, resize="squash")
    image.grad = None
    whole(image).square().sum().backward()  # type: ignore[no-untyped-call]
    assert image.grad is not None
    assert float(image.grad.ne(0).float().mean()) > 0.95


@pytest.mark.parametrize(
    "change",
    [
        {"resize_mode": "longest"},
        {"interpolation": "random"},
        {"std": (1.0, 0.0, 1.0)},
        {"mean": (0.5,)},
    ],
)
def test_what_is_not_supported_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InputError, match="text guide"):
        GuideView.of({**CLIP, **change})
