"""Looks: the same bits, and pictures between two sets of weights."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from llcodec import _cards
from llcodec._arrays import Arrays
from llcodec._cards import ModelReference, read_card
from llcodec._weight_files import rounded_half
from llcodec.codec.codec import Codec
from llcodec.codec.looks import (
    LookFile,
    check_detail,
    detailed_arrays,
    mixed,
    read_look,
    synthesis_arrays,
    write_look,
)
from llcodec.codec.region import Region
from llcodec.codec.weights import write_model
from llcodec.errors import BrokenModelError, InputError, UnknownModelError, WrongModelError
from llcodec.imaging import Picture
from tests.codec.conftest import MakePicture
from tests.conftest import Ship
from tests.engines import ENGINES

if TYPE_CHECKING:
    from tests.codec.started import Tiny


def look_of(tiny: "Tiny", *, amount: float = 0.02) -> LookFile:
    """Return a look with other weights, in the precision of files."""
    rng = np.random.default_rng(0)
    arrays = {
        key: rounded_half(value + amount * rng.normal(size=value.shape)).astype(np.float32)
        for key, value in synthesis_arrays(tiny.file.arrays).items()
    }
    reference = ModelReference(tiny.file.name, tiny.file.sha256)
    return LookFile("tiny-look", reference, arrays, {"data": "noise"})


@pytest.fixture
def look(tiny: "Tiny", tmp_path: Path) -> Path:
    path = tmp_path / "tiny-look.safetensors"
    write_look(path, look_of(tiny), "tiny")
    return path


@pytest.fixture
def data(tiny: "Tiny", make_picture: MakePicture) -> bytes:
    return tiny.codec.encode(Picture(make_picture(150, 200, white=60)), tile_size=64)


def decoded(tiny: "Tiny", data: bytes, engine: str = "onnx", **options: Any) -> np.ndarray:
    codec = Codec(str(tiny.path), engine=engine, device="cpu", **options)
    return codec.decode(data).pixels.astype(int)


def test_the_synthesis_is_all_that_a_look_holds(tiny: "Tiny", look: Path) -> None:
    found, card = read_look(look), read_card(look)
    assert {key.partition(".")[0] for key in found.arrays} == {"g_s", "linear_synthesis"}
    for key, value in look_of(tiny).arrays.items():
        np.testing.assert_array_equal(found.arrays[key], value)
    assert found.shape == card.model == ModelReference("tiny", tiny.file.sha256)
    assert (card.name, card.kind, card.preset) == ("tiny-look", "look", "tiny")
    assert card.sha256 == found.sha256
    assert card.notes == {"data": "noise"}


@pytest.mark.parametrize("engine", ENGINES)
def test_without_detail_nothing_changes(tiny: "Tiny", look: Path, data: bytes, engine: str) -> None:
    plain = decoded(tiny, data, engine)
    assert np.array_equal(decoded(tiny, data, engine, detail=0, look=str(look)), plain)
    assert not np.array_equal(decoded(tiny, data, engine, detail=0.2, look=str(look)), plain)


@pytest.mark.parametrize("engine", ENGINES)
def test_all_detail_is_the_look(
    tiny: "Tiny", look: Path, data: bytes, engine: str, tmp_path: Path, make_picture: MakePicture
) -> None:
    """A model whose synthesis is the look decodes to the same picture."""
    arrays = tiny.file.arrays | read_look(look).arrays
    write_model(tmp_path / "other.safetensors", replace(tiny.file, arrays=arrays))
    other = Codec(str(tmp_path / "other.safetensors"), engine=engine, device="cpu")
    picture = Picture(make_picture(150, 200, white=60))
    same = other.decode(other.encode(picture, tile_size=64)).pixels
    assert np.array_equal(decoded(tiny, data, engine, detail=1, look=str(look)), same)


@pytest.mark.extra("torch")
@pytest.mark.parametrize("detail", [0.5, 1])
def test_engines_differ_by_a_level_at_most(
    tiny: "Tiny", look: Path, data: bytes, detail: float
) -> None:
    one, other = (
        decoded(tiny, data, engine, detail=detail, look=str(look)) for engine in ("onnx", "torch")
    )
    assert np.abs(one - other).max() <= 1


def test_weights_move_evenly_from_the_model_to_the_look(tiny: "Tiny") -> None:
    own, other = tiny.file.arrays, look_of(tiny).arrays
    for share in (0.25, 0.5, 1.0):
        between = mixed(own, other, share)
        assert between.keys() == own.keys()
        for key, value in between.items():
            assert value.dtype == np.float32
            wanted = own[key] if key not in other else own[key] + share * (other[key] - own[key])
            np.testing.assert_allclose(value, wanted, atol=1e-6)
    assert all(np.array_equal(mixed(own, other, 1)[key], other[key]) for key in other)


def test_files_do_not_depend_on_looks(tiny: "Tiny", look: Path, make_picture: MakePicture) -> None:
    picture = Picture(make_picture(64, 64, white=60))
    codec = Codec(str(tiny.path), device="cpu", detail=1, look=str(look))
    for effort in (0, 1):
        assert codec.encode(picture, effort=effort) == tiny.codec.encode(picture, effort=effort)


def test_every_way_of_decoding_has_the_same_detail(tiny: "Tiny", look: Path, data: bytes) -> None:
    codec = Codec(str(tiny.path), device="cpu", detail=0.7, look=str(look))
    whole = codec.decode(data).pixels
    part = codec.decode(data, region=Region(70, 30, 80, 90)).pixels
    assert np.abs(part.astype(int) - whole[30:120, 70:150]).max() <= 1
    assert np.array_equal(codec.salvage(data).picture.pixels, whole)
    dark = codec.decode(data, brightness=0).pixels
    assert not np.array_equal(dark, tiny.codec.decode(data, brightness=0).pixels)


@pytest.mark.parametrize("size", [12, 100])
def test_previews_have_it_too(tiny: "Tiny", look: Path, data: bytes, size: int) -> None:
    """Those of the linear path alone, and those of the whole synthesis."""
    codec = Codec(str(tiny.path), device="cpu", detail=1, look=str(look))
    small, plain = (c.decode_small(data, size).pixels for c in (codec, tiny.codec))
    assert small.shape == plain.shape
    assert not np.array_equal(small, plain)


@pytest.mark.parametrize("detail", [-0.1, 1.1, float("nan")])
def test_detail_has_a_range(tiny: "Tiny", look: Path, detail: float) -> None:
    with pytest.raises(InputError, match="detail must be from 0 to 1"):
        check_detail(detail)
    with pytest.raises(InputError, match="detail must be from 0 to 1"):
        Codec(str(tiny.path), device="cpu", detail=detail, look=str(look))


def test_a_look_of_another_model_is_refused(tiny: "Tiny", tmp_path: Path) -> None:
    other = replace(look_of(tiny), shape=ModelReference("other", "0" * 64))
    write_look(tmp_path / "look", other, "tiny")
    message = f"a look of the model other 0{{16}}, not of tiny {tiny.file.short_hash.hex()}"
    with pytest.raises(WrongModelError, match=message):
        detailed_arrays(tiny.file, 1, str(tmp_path / "look"))


def test_a_missing_look_is_a_line(tiny: "Tiny", tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"no look of the model tiny .*\(--look\)"):
        detailed_arrays(tiny.file, 0.5)
    with pytest.raises(UnknownModelError, match="no such weight file"):
        detailed_arrays(tiny.file, 0.5, str(tmp_path / "none"))


def test_shipped_looks_are_found_by_the_model(
    tiny: "Tiny", look: Path, tmp_path: Path, ship: Ship
) -> None:
    folder = tmp_path / "weights" / "looks"
    folder.mkdir(parents=True)
    other = replace(look_of(tiny), name="a", shape=ModelReference("other", "0" * 64))
    write_look(folder / "a.safetensors", other, "tiny")
    look.rename(folder / look.name)
    ship(tmp_path / "weights")
    arrays = detailed_arrays(tiny.file, 1)
    assert np.array_equal(
        arrays["g_s.layers.0.weight"], look_of(tiny).arrays["g_s.layers.0.weight"]
    )
    (folder / "a.safetensors").write_bytes(b"nothing")
    with pytest.raises(BrokenModelError, match=r"a\.safetensors: "):
        detailed_arrays(tiny.file, 1)


def damaged(look: Path, change: Callable[[dict[str, Any], Arrays], None]) -> Path:
    card, arrays = _cards.stored_card(look), load_file(look)
    change(card, arrays)
    save_file(arrays, look, {"llcodec": json.dumps(card)})
    return look


def _without_model(card: dict[str, Any], arrays: Arrays) -> None:
    del card["model"]


def _model_is_text(card: dict[str, Any], arrays: Arrays) -> None:
    card["model"] = "tiny"


def _short_hash(card: dict[str, Any], arrays: Arrays) -> None:
    card["model"]["sha256"] = card["model"]["sha256"][:16]


def _long_name(card: dict[str, Any], arrays: Arrays) -> None:
    card["model"]["name"] = "../" * 1000


def _other_format(card: dict[str, Any], arrays: Arrays) -> None:
    card["format"] = "llcodec-nerco-1"


def _missing(card: dict[str, Any], arrays: Arrays) -> None:
    del arrays["float.g_s.layers.0.weight"]


def _more(card: dict[str, Any], arrays: Arrays) -> None:
    arrays["float.g_a0.layers.1.weight"] = np.zeros((1, 1), np.float16)


def _misshapen(card: dict[str, Any], arrays: Arrays) -> None:
    arrays["float.g_s.layers.0.bias"] = np.zeros(3, np.float16)


def _infinite(card: dict[str, Any], arrays: Arrays) -> None:
    arrays["float.g_s.layers.0.bias"][0] = np.inf


@pytest.mark.parametrize(
    "change",
    [
        _without_model,
        _model_is_text,
        _short_hash,
        _long_name,
        _other_format,
        _missing,
        _more,
        _misshapen,
        _infinite,
    ],
)
def test_hostile_files_are_refused(
    tiny: "Tiny", look: Path, change: Callable[[dict[str, Any], Arrays], None]
) -> None:
    with pytest.raises(BrokenModelError, match=r"^.*tiny-look\.safetensors: [^\n]*$"):
        detailed_arrays(tiny.file, 0.5, str(damaged(look, change)))


def test_flipped_bytes_are_refused_or_harmless(tiny: "Tiny", look: Path) -> None:
    good, rng, said = look.read_bytes(), np.random.default_rng(1), []
    for _ in range(60):
        data = bytearray(good)
        data[int(rng.integers(2000))] ^= int(rng.integers(1, 256))
        look.write_bytes(data)
        try:
            detailed_arrays(tiny.file, 0.5, str(look))
        except (BrokenModelError, WrongModelError) as error:
            said.append(str(error))
    assert said
    assert not any("\n" in line for line in said)


def test_names_that_no_model_can_have_are_not_written(tiny: "Tiny", tmp_path: Path) -> None:
    for wrong in (
        replace(look_of(tiny), name="a b/c"),
        replace(look_of(tiny), shape=ModelReference("a b/c", "0" * 64)),
    ):
        with pytest.raises(BrokenModelError, match="name"):
            write_look(tmp_path / "look", wrong, "tiny")
    assert list(tmp_path.iterdir()) == []
