import hashlib
import json
import math
from pathlib import Path

import pytest

from llcodec._cards import TrainingFacts, notes_on, read_card, read_kind
from llcodec._families import CODEC, NERCO
from llcodec._shipped import (
    shipped_file,
    shipped_files,
)
from llcodec.errors import BrokenModelError, UnknownModelError

CARD = {
    "format": CODEC.format,
    "name": "own",
    "preset": {"name": "small"},
    "notes": {"steps": "5", "hours": 2},
}
ENHANCER = {**CARD, "format": NERCO.format, "name": "light"}
TENSORS = {
    "float.a.weight": [2, 3],
    "integer.context.0.weight": [4, 5],
    "integer.context.0.bias": [4],
    "integer.context.0.shift": [4],
    "integer.index_start": [8, 7],
    "table.scale.firsts": [64],
}


def weight_file(path: Path, card: object = CARD, tensors: dict[str, list[int]] = TENSORS) -> Path:
    head: dict[str, object] = {"__metadata__": {"llcodec": json.dumps(card)}}
    head |= {key: {"dtype": "F16", "shape": shape} for key, shape in tensors.items()}
    text = json.dumps(head).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"weights")
    return path


def test_a_card_tells_what_the_head_of_the_file_holds(tmp_path: Path) -> None:
    file = weight_file(tmp_path / "own.safetensors")
    card = read_card(file)
    assert (card.name, card.kind, card.preset) == ("own", "codec", "small")
    assert card.size == file.stat().st_size
    assert card.notes == {"steps": "5", "hours": "2"}
    assert card.training == TrainingFacts(steps=5, hours=2.0)
    assert card.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert card.parameters == 6 + 20 + 4
    assert read_kind(file) == "codec"


def test_notes_are_texts() -> None:
    assert notes_on({"notes": {"steps": 5, "hours": "1"}}) == {"steps": "5", "hours": "1"}


FACTS = TrainingFacts("joint", (0.01, 0.02), 7, 1.5, "2026-01-31")


def test_facts_of_a_training_are_fields(tmp_path: Path) -> None:
    """Notes that say otherwise do not count where there are fields."""
    card = {**CARD, "training": json.loads(json.dumps(FACTS.stored()))}
    assert read_card(weight_file(tmp_path / "a", card)).training == FACTS
    card = {**CARD, "training": {"stage": "plain"}}
    assert read_card(weight_file(tmp_path / "b", card)).training == TrainingFacts("plain")


@pytest.mark.parametrize(
    "training",
    [[], "text", {"step": 5}, {"steps": "5"}, {"hours": -1}, {"lambdas": 3}, {"hours": math.nan}],
)
def test_damaged_facts_are_refused(tmp_path: Path, training: object) -> None:
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(weight_file(tmp_path / "a", {**CARD, "training": training}))


def test_older_files_have_facts_in_their_notes() -> None:
    facts = {name: read_card(file).training for name, file in shipped_files().items()}
    assert (facts["fast"].stage, facts["fast"].steps) == ("joint", 7000)
    assert (facts["base"].stage, len(facts["base"].lambdas)) == ("plain", 8)
    assert facts["fast"].hours is not None
    assert facts["nerco"].stage is None
    assert all(known.exported is not None for known in facts.values())


@pytest.mark.parametrize(
    ("key", "note"),
    [
        ("steps", "many"),
        ("steps", "5.5"),
        ("hours", "nan"),
        ("hours", "-1"),
        ("recipe", "{"),
        ("recipe", "[]"),
        ("recipe", '{"stage": ["joint"]}'),
        ("lambdas", "[true"),
        ("lambdas", '["a"]'),
    ],
)
def test_notes_that_state_no_fact_are_only_notes(tmp_path: Path, key: str, note: str) -> None:
    card = read_card(weight_file(tmp_path / "a", {**CARD, "notes": {key: note}}))
    assert (card.training, card.notes) == (TrainingFacts(), {key: note})


def test_the_card_of_a_shipped_model_agrees_with_the_model() -> None:
    from llcodec.codec.models import load_model

    card, file = read_card(shipped_file("fast")), load_model("fast")
    assert (card.name, card.sha256, card.notes) == (file.name, file.sha256, file.notes)
    assert card.training == file.training
    assert card.preset == file.preset.name
    floats = sum(value.size for value in file.arrays.values())
    networks = file.networks
    (group,) = networks.groups
    layers = [*networks.hyper_synthesis, *group.contexts[0].layers, *group.parameters]
    integers = sum(layer.weight.size + layer.bias.size for layer in layers)
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
    for read in (read_card, read_kind):
        with pytest.raises(BrokenModelError, match="not a weight file"):
            read(tmp_path / "a.safetensors")


@pytest.mark.parametrize("card", [None, [], 5, {}, {"format": []}, {**CARD, "format": "other-1"}])
def test_cards_of_no_known_format_are_of_no_kind(tmp_path: Path, card: object) -> None:
    file = weight_file(tmp_path / "a.safetensors", card)
    for read in (read_card, read_kind):
        with pytest.raises(BrokenModelError, match="not a weight file"):
            read(file)


@pytest.mark.parametrize("card", [{**CARD, "preset": 5}, {**CARD, "notes": []}])
def test_wrong_cards_are_refused(tmp_path: Path, card: object) -> None:
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(weight_file(tmp_path / "a.safetensors", card))


@pytest.mark.parametrize("shape", [None, ["a"], "ab"])
def test_wrong_shapes_are_refused(tmp_path: Path, shape: object) -> None:
    file = weight_file(tmp_path / "a.safetensors", CARD, {"float.a": shape})  # type: ignore[dict-item]
    with pytest.raises(BrokenModelError, match="not a weight file"):
        read_card(file)


def test_a_missing_file_is_unknown(tmp_path: Path) -> None:
    for read in (read_card, read_kind):
        with pytest.raises(UnknownModelError, match="no such weight file"):
            read(tmp_path / "a.safetensors")


def test_a_file_that_cannot_be_read_is_broken() -> None:
    memory = Path("/proc/self/mem")  # has nothing at its start
    if not memory.is_file():
        pytest.skip("only Linux has /proc/self/mem")
    with pytest.raises(BrokenModelError, match="/proc/self/mem: cannot be read: "):
        read_kind(memory)
