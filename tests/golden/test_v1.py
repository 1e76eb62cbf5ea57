"""The promise of docs/format.md: whatever was written as version 1 decodes, now and later.

Never change ``v1/`` to make these tests pass.
"""

from pathlib import Path

import pytest

from llcodec import container, errors
from llcodec.codec.codec import Codec
from llcodec.imaging import read_picture
from measurements.golden import EXPECTED, LEVEL, distance, facts, model_of, read_expected
from tests.engines import ENGINES

FOLDER = Path(__file__).parent / "v1"
_EXPECTED = read_expected(FOLDER)
FILES, BROKEN = _EXPECTED["files"], _EXPECTED["broken"]


@pytest.fixture(scope="module", params=ENGINES)
def codecs(request: pytest.FixtureRequest) -> dict[str, Codec]:
    models, engine = _EXPECTED["models"], request.param
    return {
        name: Codec(model_of(FOLDER, models, name), engine=engine, device="cpu") for name in models
    }


def test_every_file_of_the_folder_is_expected() -> None:
    pictures = [entry.get(key) for entry in FILES.values() for key in ("pixels", "as_shot")]
    named = {EXPECTED, *FILES, *BROKEN, *_EXPECTED["models"].values(), *filter(None, pictures)}
    found = {str(p.relative_to(FOLDER).as_posix()) for p in FOLDER.rglob("*") if p.is_file()}
    assert found == named
    assert len(FILES) >= 20
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("name", FILES)
def test_it_decodes(codecs: dict[str, Codec], name: str) -> None:
    entry = FILES[name]
    codec, data = codecs[entry["model"]], (FOLDER / name).read_bytes()
    assert facts(data, codec.file.coder()) == entry["exactly"]
    header = codec.verify(data)
    picture = codec.decode(data)
    assert (picture.width, picture.height) == (header.width, header.height)
    if "pixels" in entry:
        assert distance(picture, read_picture(FOLDER / entry["pixels"])) <= LEVEL
    if "as_shot" in entry:
        dark = codec.decode(data, brightness=0)
        assert distance(dark, read_picture(FOLDER / entry["as_shot"])) <= LEVEL


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_refused(codecs: dict[str, Codec], name: str) -> None:
    entry = BROKEN[name]
    codec, data = codecs[entry["model"]], (FOLDER / name).read_bytes()
    for read in (codec.decode, codec.verify):
        with pytest.raises(errors.LlcError) as caught:
            read(data)
        assert caught.type is getattr(errors, entry["error"])
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", BROKEN)
def test_salvage_says_what_is_wrong(codecs: dict[str, Codec], name: str) -> None:
    codec, data = codecs[BROKEN[name]["model"]], (FOLDER / name).read_bytes()
    try:
        problems = codec.salvage(data, limits=container.Limits(max_pixels=1 << 20)).problems
    except errors.LlcError as error:
        problems = (str(error),)
    assert problems
    assert all(line.isprintable() for line in problems)


def test_expected_errors_are_of_every_class_of_the_format() -> None:
    classes = {getattr(errors, entry["error"]) for entry in BROKEN.values()}
    of_files = set(errors.FormatError.__subclasses__())
    assert classes == of_files | {errors.TooManyPixelsError, errors.WrongModelError}
