import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from llcodec.codec.models import DEFAULT_MODEL, find_model, load_model, shipped_models
from llcodec.errors import UnknownModelError
from llcodec.nets.presets import DEFAULT_PRESET

if TYPE_CHECKING:
    from tests.codec.started import Tiny


def test_the_default_model_is_shipped_under_its_own_name() -> None:
    path = shipped_models()[DEFAULT_MODEL]
    assert path.is_file()
    assert load_model(DEFAULT_MODEL).name == DEFAULT_MODEL


def test_the_default_preset_is_that_of_the_default_model() -> None:
    assert load_model().preset.name == DEFAULT_PRESET


def test_a_path_is_a_model_too(tiny: "Tiny", tmp_path: Path) -> None:
    copy = tmp_path / "any name.safetensors"
    shutil.copy(tiny.path, copy)
    file = load_model(str(copy))
    assert file.name == "tiny"
    assert file.short_hash == tiny.file.short_hash


@pytest.mark.parametrize("name", ["", "fastest", "FAST", "fast.pth", "../fast", "fast\n"])
def test_other_names_are_unknown_and_the_shipped_ones_are_listed(name: str) -> None:
    with pytest.raises(UnknownModelError, match=r"shipped: .*fast"):
        load_model(name)


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        load_model(str(tmp_path / "missing.safetensors"))


def test_what_is_no_codec_is_called_what_it_is() -> None:
    with pytest.raises(UnknownModelError, match="'nerco-3' is an enhancer, not a codec"):
        find_model("nerco-3")
    with pytest.raises(UnknownModelError, match="'fast-5-look' is a look, not a codec"):
        find_model("fast-5-look")
