"""A whole training of a text guide: folders of data in, a guide's file out."""

import json
import math
from dataclasses import asdict
from pathlib import Path

from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.text_guide.file import GuideCard, write_guide
from llcodec.text_guide.pictures import held_out
from llcodec.training.provenance import folder_names
from llcodec.training.ranks import refuse_ranks
from llcodec.training.text_contrast import TextGuideRecipe
from llcodec.training.text_guide import TextGuideTrainer

FILE = "text-guide.safetensors"
_KIND = "text guide of llcodec: not CLIP, but trained on captions of light, noise and colour"


def run_text_guide(
    data: DataFolders,
    recipe: TextGuideRecipe,
    out: Path,
    name: str,
    *,
    resume: bool = False,
    max_hours: float = math.inf,
) -> bool:
    """Train a text guide into the run folder ``out``; return whether its file is written.

    Raises InputError if the folder holds a run already and ``resume`` is not asked for.
    """
    refuse_ranks()
    photographs, _ = held_out(data.read_photographs())
    validation = [pair for part in data.read_each("val") for pair in part]
    trainer = TextGuideTrainer(recipe, data.read_pairs("train"), photographs, validation, out)
    if trainer.checkpoint.exists():
        if not resume:
            raise InputError(f"{out} holds a run already; resume it or choose another folder")
        trainer.resume()
    if not trainer.run(max_hours):
        return False
    notes = {
        "kind": _KIND,
        "data": folder_names((*data.pairs, *data.photographs)),
        "hours": str(round(trainer.state.hours, 3)),
        "recipe": json.dumps(asdict(recipe)),
    }
    card = GuideCard(name, recipe.shape, trainer.card.merges, notes=notes)
    write_guide(out / FILE, trainer.ema.model, card)
    return True
