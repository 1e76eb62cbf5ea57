"""What families bring to enhancing is whole: presets, networks, and a pass of each."""

from dataclasses import asdict

import pytest
import torch

from llcodec._families import CODEC, FAMILIES, NERCO, SNR_AWARE, TEXT_GUIDE, Family
from llcodec.enhancing.family import enhancing_family
from llcodec.errors import ModelError
from llcodec.nerco.presets import NercoPreset
from llcodec.nets.presets import Preset
from llcodec.snr_aware.presets import SnrAwarePreset


def test_presets_have_names_of_their_own() -> None:
    names = [
        name for f in FAMILIES if f.enhancing is not None for name in enhancing_family(f).presets
    ]
    assert len(set(names)) == len(names)
    assert {"fast", "nerco-compact", "snr-aware-paper"} <= set(names)


def test_each_builds_a_network_that_enhances(
    tiny_preset: Preset, tiny_nerco: NercoPreset, tiny_snr_aware: SnrAwarePreset
) -> None:
    x = torch.rand(1, 3, 64, 128)
    for family, preset in ((CODEC, tiny_preset), (NERCO, tiny_nerco), (SNR_AWARE, tiny_snr_aware)):
        parts = enhancing_family(family)
        assert set(asdict(next(iter(parts.presets.values())))) == set(asdict(preset))
        network = parts.build(preset).eval()
        with torch.no_grad():
            assert parts.apply(network, x).shape == x.shape
        assert not any(name.startswith("g_l.") for name, _ in network.named_parameters())


@pytest.mark.parametrize("family", [TEXT_GUIDE])
def test_a_family_that_does_not_enhance_says_so(family: Family) -> None:
    with pytest.raises(ModelError, match="do not enhance"):
        enhancing_family(family)
