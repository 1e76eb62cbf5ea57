"""A guide that a second is enough for."""

import pytest

from llcodec.text_guide.shape import GuideShape
from projects.text_guide.contrast import TextGuideRecipe


@pytest.fixture(scope="session")
def text_guide_recipe() -> TextGuideRecipe:
    """A guide that a second is enough for."""
    shape = GuideShape(
        image_size=32,
        patch=8,
        width=64,
        layers=2,
        context=24,
        vocabulary=2048,
        text_width=64,
        text_layers=1,
        embedding=32,
    )
    return TextGuideRecipe(
        steps=40,
        batch=12,
        warmup=5,
        ema_decay=0.9,
        validate_every=40,
        learning_rate=2e-3,
        shape=shape,
    )
