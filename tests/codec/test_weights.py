import json
import resource
import struct
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from llcodec._bitstream import SCALE_LEVELS
from llcodec._families import CODEC
from llcodec._weight_files import rounded_half
from llcodec.codec.codec import Codec
from llcodec.codec.weights import read_model, write_model
from llcodec.errors import BrokenModelError, LlcError, UnknownModelError
from llcodec.training.export import export_model, gaussian_tables, hyper_tables
from tests.engines import ENGINES

if TYPE_CHECKING:
    from tests.codec.started import Tiny

Contents = tuple[dict[str, Any], dict[str, torch.Tensor]]


@pytest.fixture
def contents(tiny: "Tiny") -> Contents:
    """The card and the tensors of a good weight file, to be damaged."""
    with safe_open(tiny.path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()["llcodec"]), tensors


def save(tensors: dict[str, torch.Tensor], path: Path, card: dict[str, Any]) -> None:
    save_file(tensors, path, {"llcodec": json.dumps(card)})


def test_tables_come_back_exactly(tiny: "Tiny") -> None:
    written = (gaussian_tables(), hyper_tables(tiny.trained.density))
    for read, expected in zip(
        (tiny.file.scale_tables, tiny.file.hyper_tables), written, strict=True
    ):
        assert len(read) == len(expected)
        for mine, theirs in zip(read, expected, strict=True):
            assert mine.first == theirs.first
            np.testing.assert_array_equal(mine.frequencies, theirs.frequencies)


def test_floats_come_back_in_half_precision_and_the_delicate_ones_in_full(tiny: "Tiny") -> None:
    trained, read = tiny.trained.state_dict(), tiny.file.arrays
    for key, value in read.items():
        full = key in ("latent_scale", "gain.log_gain", "gain.log_inverse")
        assert value.dtype == np.float32
        expected = trained[key].numpy()
        if not full:
            expected = rounded_half(expected).astype(np.float32)
        np.testing.assert_array_equal(value, expected)
    integer = {key for key in trained if key not in read}
    assert {key.split(".")[0] for key in integer} == {
        "h_s",
        "context",
        "entropy_parameters",
        "density",
    }


def test_what_else_a_file_says_comes_back(tiny: "Tiny") -> None:
    assert tiny.file.name == "tiny"
    assert tiny.file.notes == {"data": "noise"}
    assert tiny.file.preset == tiny.trained.preset
    assert len(tiny.file.scale_tables) == SCALE_LEVELS


def test_writing_leaves_no_half_written_file(tiny: "Tiny", tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    export_model(tiny.trained, "tiny", tiny.calibration, {}, path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_hash_is_that_of_the_bytes(tiny: "Tiny", tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(tiny.path.read_bytes())
    assert read_model(copy).sha256 == tiny.file.sha256
    assert tiny.file.short_hash.hex() == tiny.file.sha256[:16]


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        read_model(tmp_path / "none.safetensors")
    with pytest.raises(UnknownModelError):
        read_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\0" * 7, b"GIF89a" * 50, b"PK\x03\x04" + bytes(400)])
def test_other_files_are_broken_models(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(BrokenModelError):
        read_model(path)


@pytest.mark.parametrize("share", [0.0001, 0.1, 0.5, 0.999])
def test_truncated_files_are_broken(tiny: "Tiny", share: float, tmp_path: Path) -> None:
    data = tiny.path.read_bytes()
    path = tmp_path / "model.safetensors"
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(BrokenModelError):
        read_model(path)


def test_flipped_bytes_are_broken_or_another_model(tiny: "Tiny", tmp_path: Path) -> None:
    """Flips in the header mostly break it; in the tensors they make another hash."""
    data = tiny.path.read_bytes()
    header = struct.unpack("<Q", data[:8])[0]
    rng = np.random.default_rng(2)
    places = [*range(8), *rng.integers(8, 8 + header, 60), *rng.integers(header, len(data), 20)]
    path = tmp_path / "model.safetensors"
    broken = 0
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert read_model(path).short_hash != tiny.file.short_hash
        except LlcError:
            broken += 1
    assert broken > 40


@pytest.mark.parametrize("key", ["format", "preset", "layers"])
@pytest.mark.parametrize("value", ["[]", "3", "null", "{}", '"text"', '{"a": 1}'])
def test_wrong_metadata_is_broken(contents: Contents, key: str, value: str, tmp_path: Path) -> None:
    card, tensors = contents
    path = tmp_path / "model.safetensors"
    save(tensors, path, card | {key: json.loads(value)})
    with pytest.raises(BrokenModelError):
        read_model(path)


@pytest.mark.parametrize("key", ["format", "name", "preset", "layers", "notes"])
def test_missing_metadata_is_broken(contents: Contents, key: str, tmp_path: Path) -> None:
    card, tensors = contents
    del card[key]
    path = tmp_path / "model.safetensors"
    save(tensors, path, card)
    with pytest.raises(BrokenModelError):
        read_model(path)


@pytest.mark.parametrize("name", ["", "My Model", "a" * 33, "-a", "ä", "../x"])
def test_names_that_no_header_can_hold_are_broken(
    contents: Contents, name: str, tmp_path: Path
) -> None:
    card, tensors = contents
    path = tmp_path / "model.safetensors"
    save(tensors, path, card | {"name": name})
    with pytest.raises(BrokenModelError, match="name"):
        read_model(path)


def test_names_that_no_reader_takes_are_not_written(tiny: "Tiny", tmp_path: Path) -> None:
    with pytest.raises(BrokenModelError, match="name"):
        write_model(tmp_path / "model.safetensors", replace(tiny.file, name="a/b"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("notes", ["[]", "3", "null", '"text"'])
def test_notes_that_are_no_table_are_broken(contents: Contents, notes: str, tmp_path: Path) -> None:
    card, tensors = contents
    path = tmp_path / "model.safetensors"
    save(tensors, path, card | {"notes": json.loads(notes)})
    with pytest.raises(BrokenModelError):
        read_model(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_broken(
    contents: Contents, value: float, tmp_path: Path
) -> None:
    card, tensors = contents
    key = "float.linear_analysis.conv.weight"
    path = tmp_path / "model.safetensors"
    save(tensors | {key: torch.full_like(tensors[key], value)}, path, card)
    with pytest.raises(BrokenModelError, match="not finite"):
        read_model(path)


def test_metadata_of_another_format_are_named(contents: Contents, tmp_path: Path) -> None:
    card, tensors = contents
    path = tmp_path / "model.safetensors"
    save(tensors, path, card | {"format": "llcodec-model-9"})
    with pytest.raises(BrokenModelError, match=CODEC.format):
        read_model(path)


def test_layers_that_are_not_what_they_claim_are_broken(contents: Contents, tmp_path: Path) -> None:
    card, tensors = contents
    layers = card["layers"]
    first = next(iter(layers))
    path = tmp_path / "model.safetensors"
    for wrong in ([2**40, 2**40, True, 1], [1, 2], ["a", 1, True, 1], None, [1e999, 1, True, 1]):
        save(tensors, path, card | {"layers": layers | {first: wrong}})
        with pytest.raises(BrokenModelError):
            read_model(path)


@pytest.mark.parametrize("engine", ENGINES)
def test_missing_and_misshapen_tensors_are_broken(
    contents: Contents, engine: str, tmp_path: Path
) -> None:
    card, tensors = contents
    path = tmp_path / "model.safetensors"
    for key in sorted(tensors)[::7]:
        rest = {k: v for k, v in tensors.items() if k != key}
        save(rest, path, card)
        with pytest.raises(BrokenModelError):
            Codec(str(path), engine=engine, device="cpu")
    for key in (k for k in sorted(tensors)[::5] if tensors[k].numel() > 1):
        shorter = tensors[key].flatten()[:-1].contiguous()
        save(tensors | {key: shorter}, path, card)
        with pytest.raises(BrokenModelError):
            Codec(str(path), engine=engine, device="cpu")


def test_weights_beyond_the_exact_range_are_broken(contents: Contents, tmp_path: Path) -> None:
    card, tensors = contents
    key = "integer.context.0.bias"
    path = tmp_path / "model.safetensors"
    save(tensors | {key: torch.full_like(tensors[key], 2**60)}, path, card)
    with pytest.raises(BrokenModelError, match="exactness"):
        read_model(path)


def test_tables_that_do_not_sum_up_are_broken(contents: Contents, tmp_path: Path) -> None:
    card, tensors = contents
    key = "table.scale.frequencies"
    path = tmp_path / "model.safetensors"
    for change in (1, -(2**25)):
        wrong = tensors[key].clone()
        wrong[5] += change
        save(tensors | {key: wrong}, path, card)
        with pytest.raises(BrokenModelError):
            read_model(path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_tone_ensemble_of_none_is_refused(
    contents: Contents, engine: str, tmp_path: Path
) -> None:
    card, tensors = contents
    card["preset"]["tone_members"] = 0
    kept = {key: value for key, value in tensors.items() if ".tone." not in key}
    assert len(kept) < len(tensors)
    save(kept, tmp_path / "a.safetensors", card)
    with pytest.raises(BrokenModelError):
        Codec(str(tmp_path / "a.safetensors"), engine=engine, device="cpu")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "sizes",
    [
        {"widths": [9000] * 4},
        {"latents": 10**6},
        {"blocks": [10**9, 1, 1, 1]},
        {"tone_members": 10**9},
    ],
)
def test_a_preset_far_larger_than_the_weights_is_refused(
    contents: Contents, sizes: dict[str, object], engine: str, tmp_path: Path
) -> None:
    card, tensors = contents
    card["preset"].update(sizes)
    save(tensors, tmp_path / "a.safetensors", card)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BrokenModelError):
        Codec(str(tmp_path / "a.safetensors"), engine=engine, device="cpu")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes
