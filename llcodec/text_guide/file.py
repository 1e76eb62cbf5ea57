"""Files of text guides: safetensors with both towers, and a card of all else. No pickle."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from llcodec.data.outputs import written
from llcodec.errors import BrokenModelError, InputError, UnknownModelError
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.shape import GuideShape, tokenizer_of
from llcodec.text_guide.view import GuideView

FORMAT = "llcodec-text-guide-1"
_CARD = "llcodec"  # the key of the metadata under which everything but tensors stands
# What reading a damaged file may run into, besides what is checked.
_DAMAGE = (
    SafetensorError,
    LookupError,
    ArithmeticError,
    AttributeError,
    ValueError,
    TypeError,
    RuntimeError,
    OSError,
    InputError,
)


@dataclass(frozen=True)
class GuideCard:
    """All that a file of a text guide holds besides weights.

    ``merges`` are the byte pairs of its tokenizer, ``notes`` free texts: data, steps, figures.
    """

    name: str
    shape: GuideShape
    merges: str
    prompts: Prompts = field(default_factory=Prompts)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def view(self) -> GuideView:
        """The whole picture, squeezed to a square, with mean and deviation one half."""
        side, half = self.shape.image_size, (0.5, 0.5, 0.5)
        return GuideView((side, side), half, half, "bicubic", "squash")


def write_guide(path: Path, model: nn.Module, card: GuideCard) -> None:
    """Write a text guide in half precision, whole or not at all."""
    text = json.dumps(
        {
            "format": FORMAT,
            "name": card.name,
            "model": card.shape.open_clip_config(),
            "tokenizer": {"merges": card.merges},
            "prompts": asdict(card.prompts),
            "notes": card.notes,
        },
        sort_keys=True,
    )
    tensors = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
    with written(path) as part:
        save_file(tensors, part, {_CARD: text})
        part.chmod(0o644)  # safetensors leaves files readable by their owner only


def is_guide(path: Path) -> bool:
    """Return whether a file is a readable safetensors file with the card of a text guide."""
    try:
        with safe_open(path, framework="pt") as file:
            return _card_of(file).get("format") == FORMAT
    except _DAMAGE:
        return False


def read_guide(path: Path, prompts: Prompts | None = None) -> ClipGuide:
    """Return the text guide of a file, with its own prompts unless others are given.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such text guide")
    try:
        with safe_open(path, framework="pt") as file:
            stored = _card_of(file)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if stored.get("format") != FORMAT:
            raise BrokenModelError(f"{path}: not a text guide of the format {FORMAT}")
        return _assemble(_card(stored), tensors, prompts)
    except _DAMAGE as error:
        raise BrokenModelError(f"{path}: damaged text guide ({type(error).__name__})") from error


def read_card(path: Path) -> GuideCard:
    """Return the card of a guide's file; raises BrokenModelError if it is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            return _card(_card_of(file))
    except _DAMAGE as error:
        raise BrokenModelError(f"{path}: damaged text guide ({type(error).__name__})") from error


def _card_of(file: Any) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((file.metadata() or {}).get(_CARD, "{}"))
    return card


def _card(stored: dict[str, Any]) -> GuideCard:
    shape, merges = GuideShape.of(stored["model"]), stored["tokenizer"]["merges"]
    if merges.count("\n") + 1 != shape.merges:
        raise InputError("the tokenizer's merges are not as many as the model takes")
    notes = {str(key): str(value) for key, value in stored["notes"].items()}
    return GuideCard(str(stored["name"]), shape, merges, Prompts(**stored["prompts"]), notes)


def _assemble(card: GuideCard, tensors: dict[str, Tensor], prompts: Prompts | None) -> ClipGuide:
    if not all(bool(v.isfinite().all()) for v in tensors.values()):
        raise InputError("weights that are no numbers")
    tokenizer = tokenizer_of(card.merges, card.shape.context)
    if tokenizer.vocab_size != card.shape.vocabulary:
        raise InputError("merges that make the same token twice")
    with torch.random.fork_rng([]):  # the caller's random numbers stay as they are
        model = card.shape.build()
    model.load_state_dict(tensors)
    return ClipGuide(card.name, model, tokenizer, card.view, prompts or card.prompts)
