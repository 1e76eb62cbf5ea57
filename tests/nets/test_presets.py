import json
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from llcodec.nets.presets import FAST, PRESETS, paper_preset, preset_of


def test_presets_are_found_by_their_own_names() -> None:
    assert all(preset.name == name for name, preset in PRESETS.items())
    assert set(PRESETS) == {
        "base",
        "base-2",
        "fast",
        "fast-2",
        "paper-128",
        "paper-128-serial",
        "paper-192",
        "paper-192-serial",
    }


def test_names_are_such_as_a_file_header_can_hold() -> None:
    assert all(len(name) <= 32 and name.isascii() and name == name.lower() for name in PRESETS)


def test_only_the_fast_preset_has_tone_and_variable_rate() -> None:
    for preset in PRESETS.values():
        assert preset.global_tone == (preset.name in ("fast", "fast-2"))
        ours = preset.family == "fast"
        assert preset.variable_rate == preset.linear_path == ours
        assert preset.snr == ("robust" if ours else "published")


def test_the_plain_form_only_leaves_out_what_enhances() -> None:
    base = PRESETS["base"]
    assert base == FAST.plain() == base.plain()
    enhancing = {"snr_branch": True, "global_tone": True, "tone_members": FAST.tone_members}
    assert replace(base, name="fast", **enhancing) == FAST  # type: ignore[arg-type]
    assert not paper_preset(192).plain().snr_branch
    assert paper_preset(192).plain().widths == (192,) * 4


def test_presets_come_back_from_json() -> None:
    for preset in PRESETS.values():
        assert preset_of(json.loads(json.dumps(asdict(preset)))) == preset


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
