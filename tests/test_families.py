"""Every family is listed once, and what its record names is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from llcodec._families import FAMILIES, Family, family_of
from llcodec.training.family import training_families
from llcodec.training.recipe_files import read_recipe

TRAINED = [family for family in FAMILIES if family.training]


def test_names_and_formats_are_unique() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
    for family in FAMILIES:
        assert all(family_of(format) is family for format in family.formats)
    with pytest.raises(KeyError):
        family_of("llcodec-other-1")


def test_each_family_that_is_trained_has_recipes_for_all_of_its_presets() -> None:
    found = list(training_families())
    assert len(found) == len(TRAINED) == 4
    assert len({family.key for family in found}) == len(found)
    for family in found:
        assert family.recipes.default in family.recipes.presets
        for name, preset in family.recipes.presets.items():
            assert read_recipe(name, family.recipes).preset == preset


@pytest.mark.parametrize(
    "family", [family for family in TRAINED if family.enhancing], ids=lambda family: family.name
)
def test_inference_imports_no_training(family: Family) -> None:
    code = f"""
import importlib, sys
importlib.import_module({family.enhancing!r})
assert not [name for name in sys.modules if name.startswith("llcodec.training")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_the_list_imports_none_of_its_parts() -> None:
    code = """
import llcodec._families, sys
assert "torch" not in sys.modules
assert not [name for name in sys.modules if name.startswith("llcodec.enhancing")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
