import json
from dataclasses import asdict

import pytest

from llcodec.snr_aware.presets import PRESETS, SnrAwarePreset, preset_of


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_presets_survive_json(preset: SnrAwarePreset) -> None:
    assert preset_of(json.loads(json.dumps(asdict(preset)))) == preset
