"""Train a text guide: folders of data are the input, the file of the guide is the output."""

import json
from dataclasses import asdict
from pathlib import Path

from llcodec.data.folders import DataFolders
from llcodec.text_guide.file import GuideCard, write_guide
from llcodec.training.processes import refuse_several_processes
from llcodec.training.provenance import folder_names
from llcodec.training.run_options import RunOptions, refuse_to_overwrite, run_trainer
from projects.text_guide.contrast import TextGuideRecipe
from projects.text_guide.pictures import held_out
from projects.text_guide.trainer import TextGuideTrainer

FILE = "text-guide.safetensors"
_KIND = "text guide of llcodec: not CLIP, but trained on captions of light, noise and colour"


def run_text_guide(
    data: DataFolders,
    recipe: TextGuideRecipe,
    out: Path,
    name: str,
    options: RunOptions,
) -> bool:
    """Train a text guide into the run folder ``out``; return whether its file is written.

    It trains on the CPU, since both towers are small. Raises InputError if the folder already
    contains a run and ``resume`` is not set.
    """
    refuse_several_processes()
    refuse_to_overwrite(out, options)
    photographs, _ = held_out(data.read_photographs())
    validation = [pair for part in data.read_each("val") for pair in part]
    trainer = TextGuideTrainer(recipe, data.read_pairs("train"), photographs, validation, out)
    if not run_trainer("text guide", trainer, options):
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
