"""What the tests of text guides share."""

import pytest

from llcodec.text_guide.shape import GuideShape


@pytest.fixture(scope="session")
def tiny_shape() -> GuideShape:
    """Two towers of a layer each, and 510 merges."""
    return GuideShape(
        image_size=32,
        patch=16,
        width=32,
        layers=1,
        context=16,
        vocabulary=1024,
        text_width=32,
        text_layers=1,
        embedding=16,
    )
