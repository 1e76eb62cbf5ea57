"""What the tests of several folders share."""

from dataclasses import replace

import pytest

from llcodec.nets.presets import FAST, Preset


@pytest.fixture(scope="session")
def tiny_preset() -> Preset:
    """The shape of the fast preset, with few channels."""
    return replace(
        FAST,
        widths=(8, 8, 8, 16),
        blocks=(1, 1, 1, 1),
        latents=16,
        hyper_latents=8,
        hyper_hidden=8,
        hyper_features=12,
        context_features=12,
        entropy_hidden=(16,),
        condition=8,
    )
