"""What the tests of several folders share."""

from dataclasses import replace

import pytest

from llcodec.nerco.presets import COMPACT, NercoPreset
from llcodec.nets.presets import FAST, Preset
from llcodec.nets.snr_transformer import TransformerShape
from llcodec.snr_aware.presets import SnrAwarePreset


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


@pytest.fixture(scope="session")
def tiny_nerco() -> NercoPreset:
    """The shape of the compact NeRCo, with few channels."""
    return replace(
        COMPACT,
        extractor_width=8,
        extractor_blocks=1,
        features=4,
        mlp_width=8,
        mask_width=8,
        enhancer_width=8,
        enhancer_blocks=1,
        degrader_width=8,
        degrader_blocks=1,
        discriminator_width=4,
    )


@pytest.fixture(scope="session")
def tiny_snr_aware() -> SnrAwarePreset:
    """The shape of the compact SNR-aware enhancer, with few channels."""
    return SnrAwarePreset(
        name="snr-aware-tiny",
        widths=(8, 8, 12),
        local_blocks=1,
        features=4,
        transformer=TransformerShape(layers=1, heads=2, head_width=8, ffn_width=32),
        snr="robust",
    )
