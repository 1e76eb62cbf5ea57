import hashlib
import json
from pathlib import Path

import pytest

from llcodec import _cards
from llcodec._cards import check_shipped, read_card, shipped_file, shipped_files, weights_folder
from llcodec.codec.models import shipped_models
from llcodec.errors import BrokenModelError, UnknownModelError

CARD = {"name": "own", "preset": {"name": "small"}, "notes": {"steps": "5", "hours": 2}}
TENSORS = {
    "float.a.weight": [2, 3],
    "integer.context.0.weight": [4, 5],
    "integer.context.0.bias": [4],
    "integer.context.0.shift": [4],
    "integer.index_start": [8, 7],
    "table.scale.firsts": [64],
}


def weight_file(path: Path, card: object = CARD, tensors: dict[str, list[int]] = TENSORS) -> Path:
    head = {"__metadata__": {"llcodec": json.dumps(card)}}
    head |= {key: {"dtype": "F16", "shape": shape} for key, shape in tensors.items()}
    text = json.dumps(head).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"weights")
    return path


def test_the_shipped_files_are_those_that_the_codec_finds() -> None:
    assert shipped_files() == shipped_models()
    assert "fast" in shipped_files()


def test_the_checksums_in_the_repository_are_those_of_the_files() -> None:
    lines = (weights_folder() / "SHA256SUMS").read_text().splitlines()
    assert dict(line.split("  ")[::-1] for line in lines) == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in shipped_files().values()
    }
    for file in shipped_files().values():
        check_shipped(file)


def test_a_card_tells_what_the_head_of_the_file_holds(tmp_path: Path) -> None:
    file = weight_file(tmp_path / "own.safetensors")
    card = read_card(file)
    assert (card.name, card.preset, card.size) == ("own", "small", file.stat().st_size)
    assert card.notes == {"steps": "5", "hours": "2"}
    assert card.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert card.parameters == 6 + 20 + 4


def test_the_card_of_a_shipped_model_agrees_with_the_model() -> None:
    from llcodec.codec.models import load_model

    card, file = read_card(shipped_file("fast")), load_model("fast")
    assert (card.name, card.sha256, card.notes) == (file.name, file.sha256, file.notes)
    assert card.preset == file.model.preset.name
    floats = sum(p.numel() for p in file.model.parameters())
    networks = file.networks
    layers = [*networks.hyper_synthesis, networks.context, *networks.entropy_parameters]
    integers = sum(layer.weight.numel() + layer.bias.numel() for layer in layers)
    assert card.parameters == pytest.approx(floats + integers, rel=1e-3)  # and a few scales


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x02\x00",
        b"\x02\x00\x00\x00\x00\x00\x00\x00[]",
        b"\x02\x00\x00\x00\x00\x00\x00\x00{}",
        b"\x02\x00\x00\x00\x00\x00\x00\x00\xff\xfe",
        b"\xff\xff\xff\xff\xff\xff\xff\x7f{}",
        b"\xff" * 64,
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(tmp_path / "a.safetensors")


@pytest.mark.parametrize("card", [None, [], 5, {}, {**CARD, "preset": 5}, {**CARD, "notes": []}])
def test_wrong_cards_are_refused(tmp_path: Path, card: object) -> None:
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(weight_file(tmp_path / "a.safetensors", card))


@pytest.mark.parametrize("shape", [None, ["a"], "ab"])
def test_wrong_shapes_are_refused(tmp_path: Path, shape: object) -> None:
    file = weight_file(tmp_path / "a.safetensors", CARD, {"float.a": shape})  # type: ignore[dict-item]
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(file)


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        read_card(tmp_path / "a.safetensors")


def test_an_unknown_name_lists_the_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"no model 'x' \(shipped: .*fast"):
        shipped_file("x")
    monkeypatch.setattr(_cards, "_FOLDERS", (tmp_path / "missing",))
    with pytest.raises(UnknownModelError, match=r"no model 'fast' \(shipped: none\)"):
        shipped_file("fast")


@pytest.mark.parametrize("mark", ["  ", " *"])
def test_checksums_as_sha256sum_writes_them(tmp_path: Path, mark: str) -> None:
    file = weight_file(tmp_path / "own.safetensors")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"\n{digest.upper()}{mark}own.safetensors\n")
    check_shipped(file)
    (tmp_path / "SHA256SUMS").write_text(f"{digest[::-1]}{mark}own.safetensors\n")
    with pytest.raises(BrokenModelError, match="wrong SHA-256"):
        check_shipped(file)
