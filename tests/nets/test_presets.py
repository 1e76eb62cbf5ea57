from dataclasses import FrozenInstanceError

import pytest

from llcodec.nets.presets import FAST, PRESETS, paper_preset


def test_presets_are_found_by_their_own_names() -> None:
    assert all(preset.name == name for name, preset in PRESETS.items())
    assert set(PRESETS) == {
        "fast",
        "paper-128",
        "paper-128-serial",
        "paper-192",
        "paper-192-serial",
    }


def test_names_are_such_as_a_file_header_can_hold() -> None:
    assert all(len(name) <= 32 and name.isascii() and name == name.lower() for name in PRESETS)


def test_only_the_fast_preset_has_tone_and_variable_rate() -> None:
    for preset in PRESETS.values():
        assert preset.global_tone == preset.variable_rate == (preset is FAST)
        assert preset.snr == ("robust" if preset is FAST else "published")


def test_paper_preset_is_as_wide_as_asked() -> None:
    preset = paper_preset(192, "serial", scale=False)
    assert preset.widths == (192,) * 4
    assert preset.latents == preset.hyper_latents == 192
    assert preset.entropy_hidden == (640, 512)
    assert preset.order == "serial"
    assert not preset.scale_and_shift


def test_presets_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FAST.latents = 3  # type: ignore[misc]
