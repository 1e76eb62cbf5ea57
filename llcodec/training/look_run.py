"""Train a look: a codec and folders of data are the input, a run folder is the output."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from llcodec._arrays import Arrays
from llcodec._cards import ModelReference
from llcodec._weight_files import blames, rounded_half
from llcodec.codec.looks import LookFile, check_fits, read_look, synthesis_arrays, write_look
from llcodec.codec.weights import read_model
from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.sampling import Sources, gather_sources
from llcodec.data.streaming import StreamedSources, with_shards
from llcodec.engine.torch_models import joint_arrays
from llcodec.errors import InputError
from llcodec.training.checkpoint import is_weight_file
from llcodec.training.family import Export, TrainingFamily
from llcodec.training.look import FrozenCodec, LookTrainer
from llcodec.training.look_recipe import LOOK, LookRecipe
from llcodec.training.perceptual import load_backbones
from llcodec.training.processes import device_of_process, refuse_several_processes
from llcodec.training.provenance import code_version, data_summary
from llcodec.training.run_options import RunOptions, refuse_to_overwrite, run_trainer
from llcodec.training.starting import learned_brightening, load_codec
from llcodec.training.validation import validation_pictures

_VALIDATION_PICTURES = 7
# What the identity of a codec depends on: not its gains, which an export can move to other λ.
_TRANSFORMS = ("g_a0", "g_a1", "g_s", "linear_analysis", "linear_synthesis")


@dataclass(frozen=True)
class LookRunOptions(RunOptions):
    """The options of a run, and what else it reads.

    Attributes:
        lpips: files with the weights of the recipe's backbones, in its order. Without any, they
            are downloaded if the recipe has a weight of ``perceptual``; otherwise LPIPS is not
            measured.
        look: the file of a look to start from, of any model with a synthesis of this shape; by
            default, the training starts from the synthesis of the codec. A run that started from
            a look needs it to be resumed.
    """

    lpips: tuple[Path, ...] = ()
    look: Path | None = None


def run_look(
    recipe: LookRecipe,
    start: Path,
    data: DataFolders,
    out: Path,
    options: LookRunOptions,
) -> bool:
    """Train a look into the run folder ``out``; return whether the last step was reached.

    ``start`` is a weight file or a checkpoint of the codec.

    Raises:
        InputError: if the folder already contains a run and ``resume`` is not set, if the run is of
            another codec, or if the extra ``perceptual`` is missing and needed.
        UnknownModelError: if weights of a backbone or a look cannot be found or downloaded.
        BrokenModelError: if they are damaged, or those of another network.
    """
    refuse_several_processes()
    refuse_to_overwrite(out, options)
    codec = _codec(start)
    look = None
    if options.look is not None:
        look = read_look(options.look)
        with blames(options.look):
            check_fits(synthesis_arrays(joint_arrays(codec.model)), look.arrays)
    measured = options.lpips or recipe.weights.perceptual > 0
    metrics = load_backbones(recipe.backbones, options.lpips) if measured else ()
    sources = _sources(recipe, data, brightens=codec.brightens)
    pictures = validation_pictures(
        data.read_some("val", _VALIDATION_PICTURES),
        fused=codec.brightens and recipe.mix.fused,
        plain=not codec.brightens,
    )
    device = device_of_process(options.device)
    trainer = LookTrainer(recipe, codec, sources, pictures, out, device, metrics, look)
    trainer.state.notes |= {"code": code_version(), "data": data_summary(data, sources)}
    return run_trainer("look", trainer, options)


def _codec(start: Path) -> FrozenCodec:
    """Return the codec of a weight file or checkpoint."""
    model = load_codec(start)
    identity = {"name": model.preset.name, "preset": model.preset.name, "sha256": None}
    if is_weight_file(start):
        file = read_model(start)
        identity |= {"name": file.name, "sha256": file.sha256}
    identity["transforms"] = digest_of(joint_arrays(model))
    return FrozenCodec(model, learned_brightening(start), identity)


def digest_of(arrays: Arrays) -> str:
    """Return the SHA-256 of the transforms of a codec, rounded as in weight files.

    It is the same for a checkpoint and for all weight files that are exported from it.
    """
    digest = hashlib.sha256()
    for key in sorted(arrays):
        if key.partition(".")[0] in _TRANSFORMS:
            digest.update(key.encode() + rounded_half(arrays[key]).tobytes())
    return digest.hexdigest()


def _sources(
    recipe: LookRecipe, data: DataFolders, *, brightens: bool
) -> Sources | StreamedSources:
    """Return the pictures to train with: pairs for a codec that brightens, and photographs."""
    pairs = data.read_train() if data.pairs or brightens else []
    photographs = []
    if not brightens or recipe.mix.pairs < 1:
        photographs = data.read_photographs() if data.photographs else []
        photographs += bright_halves(pairs) if recipe.bright_halves else []
        if not photographs and not data.shards:
            raise InputError("the training needs photographs, or pairs with bright halves")
    found = gather_sources(
        pairs if brightens else [], photographs, data.store, fused=recipe.mix.fused
    )
    return with_shards(
        found,
        data.shards,
        recipe.seed,
        recipe.batch,
        pairs=brightens,
        bright_halves=recipe.bright_halves,
        fused=brightens and recipe.mix.fused,
    )


def _export(job: Export) -> None:
    identity = json.loads(job.run[FAMILY.key])
    model = _model_of(job, identity)
    parameters = {key: value.float().numpy() for key, value in job.weights.items()}
    arrays = synthesis_arrays(parameters)
    name = job.name or f"{model.name}-look"
    write_look(
        job.out, LookFile(name, model, arrays, job.notes, job.facts), preset=identity["preset"]
    )


def _model_of(job: Export, identity: dict[str, str | None]) -> ModelReference:
    """Return the model that a look belongs to: the one it started from, or ``job.codec``."""
    if job.codec is not None:
        file = read_model(job.codec)
        if digest_of(file.arrays) != identity["transforms"]:
            raise InputError(f"{job.codec}: not the codec that this look was trained for")
        return ModelReference(file.name, file.sha256)
    if identity["sha256"] is None:
        raise InputError(
            "this look was trained for a checkpoint: give the weight file that was exported from "
            "it with --codec"
        )
    return ModelReference(str(identity["name"]), identity["sha256"])


FAMILY = TrainingFamily(LOOK, "look", _export, has_codec=True)
