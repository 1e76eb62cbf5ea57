import json
from dataclasses import FrozenInstanceError, asdict

import pytest

from llcodec.nerco.presets import COMPACT, PAPER, PRESETS, preset_of


def test_presets_are_found_by_their_own_names() -> None:
    assert {"nerco-paper": PAPER, "nerco-compact": COMPACT} == PRESETS


def test_presets_come_back_from_json() -> None:
    for preset in PRESETS.values():
        assert preset_of(json.loads(json.dumps(asdict(preset)))) == preset


def test_coordinates_have_eight_frequencies() -> None:
    assert PAPER.frequencies == COMPACT.frequencies == 8


def test_presets_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        COMPACT.frequencies = 3  # type: ignore[misc]
