"""Files of the models that ship decode with every later release that ships them.

Never change ``shipped/`` to make these tests pass: weights that have been released keep their name,
and better ones get another.
"""

from pathlib import Path

import pytest

import llcodec
from llcodec.codec.models import shipped_models
from llcodec.imaging import read_picture
from measurements.golden import EXPECTED, LEVEL, distance, facts, read_expected
from tests.engines import ENGINES

FOLDER = Path(__file__).parent / "shipped"


def test_every_model_that_ships_has_its_file() -> None:
    expected = read_expected(FOLDER)
    assert expected.keys() == shipped_models().keys()
    named = {EXPECTED, *(f"{name}.{suffix}" for name in expected for suffix in ("llc", "png"))}
    assert {path.name for path in FOLDER.iterdir()} == named


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(read_expected(FOLDER)))
def test_it_decodes(name: str, engine: str) -> None:
    data = (FOLDER / f"{name}.llc").read_bytes()
    codec = llcodec.Codec(name, engine=engine, device="cpu")
    assert facts(data, codec.file.coder()) == read_expected(FOLDER)[name]
    assert distance(codec.decode(data), read_picture(FOLDER / f"{name}.png")) <= LEVEL
