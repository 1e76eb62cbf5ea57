"""Tiny networks of both families, and views of random pictures to show them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from llcodec.nerco.coordinates import coordinates, stacked
from llcodec.nerco.presets import PAPER, NercoPreset
from llcodec.nerco.views import View, view
from llcodec.nerco.windows import Area

TINY_PAPER = replace(
    PAPER,
    extractor_width=4,
    extractor_blocks=1,
    features=4,
    mlp_width=8,
    mask_width=4,
    mask_blocks=1,
    enhancer_width=4,
    enhancer_blocks=1,
    degrader_width=4,
    degrader_blocks=1,
    discriminator_width=4,
)


@pytest.fixture(params=["compact", "paper"])
def tiny(request: pytest.FixtureRequest, tiny_nerco: NercoPreset) -> NercoPreset:
    """A tiny preset of each family."""
    torch.manual_seed(3)
    return TINY_PAPER if request.param == "paper" else tiny_nerco


@pytest.fixture
def compact(tiny_nerco: NercoPreset) -> NercoPreset:
    """The tiny preset of the compact family."""
    torch.manual_seed(3)
    return tiny_nerco


@pytest.fixture
def make_view() -> Callable[..., View]:
    def make(seed: int = 0, level: float = 0.15, size: int = 32, batch: int = 1) -> View:
        """Return crops of pictures of 60×100 pixels whose values lie below twice ``level``."""
        generator = torch.Generator().manual_seed(seed)
        picture = 2 * level * torch.rand(batch, 3, size, size, generator=generator)
        small = 2 * level * torch.rand(batch, 3, 100, 150, generator=generator)
        at = [coordinates(60, 100, Area(4 * n, 8 * n, size, size)) for n in range(batch)]
        return view(picture, small, stacked(at))

    return make


@pytest.fixture
def low(make_view: Callable[..., View]) -> View:
    return make_view(1, 0.05)


@pytest.fixture
def high(make_view: Callable[..., View]) -> View:
    return make_view(2, 0.5)
