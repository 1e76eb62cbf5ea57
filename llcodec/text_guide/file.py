"""Files of text guides: safetensors with both towers and a card, without pickle."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from llcodec._arrays import Arrays
from llcodec._cards import notes_on, stored_card
from llcodec._families import TEXT_GUIDE
from llcodec._weight_files import check_finite, read_weight_file, write_weight_file
from llcodec.errors import BrokenModelError, InputError, ModelError
from llcodec.text_guide.clip_guide import ClipGuide
from llcodec.text_guide.prompts import Prompts
from llcodec.text_guide.shape import GuideShape, tokenizer_of
from llcodec.text_guide.view import GuideView

FORMAT = TEXT_GUIDE.format


@dataclass(frozen=True)
class GuideCard:
    """Everything in the file of a text guide except its weights.

    ``merges`` are the byte pairs of its tokenizer; ``notes`` are free texts: data, steps, figures.
    """

    name: str
    shape: GuideShape
    merges: str
    prompts: Prompts = field(default_factory=Prompts)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def view(self) -> GuideView:
        """The complete picture, resized to a square, with mean and deviation one half."""
        side, half = self.shape.image_size, (0.5, 0.5, 0.5)
        return GuideView((side, side), half, half, "bicubic", "squash")


def write_guide(path: Path, model: nn.Module, card: GuideCard) -> None:
    """Write a text guide in half precision, atomically.

    Raises BrokenModelError if its weights are not finite, OutputError if it cannot be written.
    """
    stored = {
        "format": FORMAT,
        "name": card.name,
        "model": card.shape.open_clip_config(),
        "tokenizer": {"merges": card.merges},
        "prompts": asdict(card.prompts),
        "notes": card.notes,
    }
    arrays = {k: v.detach().half().cpu().numpy() for k, v in model.state_dict().items()}
    write_weight_file(path, arrays, stored)


def is_guide(path: Path) -> bool:
    """Return whether a file begins with the card of a text guide; weights are not read."""
    try:
        return stored_card(path).get("format") == FORMAT
    except ModelError:
        return False


def read_guide(path: Path, prompts: Prompts | None = None) -> ClipGuide:
    """Return the text guide of a file, by default with the prompts of the file.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    return read_weight_file(
        path, (FORMAT,), lambda stored, arrays, _: _assemble(_card(stored), arrays, prompts)
    )


def read_card(path: Path) -> GuideCard:
    """Return the card of the file of a text guide.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    stored = stored_card(path)
    try:
        return _card(stored)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BrokenModelError(f"{path}: not the card of a text guide") from error


def _card(stored: dict[str, Any]) -> GuideCard:
    try:
        shape, merges = GuideShape.of(stored["model"]), stored["tokenizer"]["merges"]
    except InputError as error:
        raise BrokenModelError(f"not the card of a text guide: {error}") from error
    if merges.count("\n") + 1 != shape.merges:
        raise BrokenModelError("the tokenizer does not have as many merges as the model needs")
    prompts = Prompts(**stored["prompts"])
    return GuideCard(str(stored["name"]), shape, merges, prompts, notes_on(stored))


def _assemble(card: GuideCard, arrays: Arrays, prompts: Prompts | None) -> ClipGuide:
    check_finite(arrays)
    tokenizer = tokenizer_of(card.merges, card.shape.context)
    if tokenizer.vocab_size != card.shape.vocabulary:
        raise BrokenModelError("two merges make the same token")
    with torch.random.fork_rng([]):  # does not change the caller's random numbers
        model = card.shape.build()
    model.load_state_dict({key: torch.from_numpy(value) for key, value in arrays.items()})
    return ClipGuide(card.name, model, tokenizer, card.view, prompts or card.prompts)
