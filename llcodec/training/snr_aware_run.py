"""A whole training of the SNR-aware enhancer: folders of data in, a run folder out."""

from pathlib import Path

from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.sampling import gather_sources
from llcodec.training.provenance import code_version, data_summary
from llcodec.training.ranks import own_device, refuse_ranks
from llcodec.training.run_options import RunOptions, refuse_to_overwrite, run_trainer
from llcodec.training.snr_aware import SnrAwareTrainer
from llcodec.training.snr_aware_recipe import SnrAwareRecipe

_VALIDATION_PICTURES = 10


def run_snr_aware(
    recipe: SnrAwareRecipe, data: DataFolders, out: Path, options: RunOptions
) -> bool:
    """Train into the run folder ``out``; return whether the last step was reached.

    Photographs take part darkened and as they are, and so do bright halves of pairs. Raises
    InputError if the folder holds a run already and ``resume`` is not asked for.
    """
    refuse_ranks()
    refuse_to_overwrite(out, options)
    pairs = data.read_pairs("train")
    bright = data.read_photographs() if data.photographs else []
    sources = gather_sources(pairs, [*bright, *bright_halves(pairs)], data.keep)
    chosen = data.read_some("val", _VALIDATION_PICTURES)
    trainer = SnrAwareTrainer(recipe, sources, chosen, out, own_device(options.device))
    trainer.state.notes |= {"code": code_version(), "data": data_summary(data, sources)}
    return run_trainer("snr-aware", trainer, options)
