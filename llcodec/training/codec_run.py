"""Train a codec: folders of data are the input, a run folder is the output."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from llcodec._arrays import Pixels
from llcodec.data.folders import DataFolders, bright_halves
from llcodec.data.pairs import Pair
from llcodec.data.sampling import Sources, gather_sources
from llcodec.data.streaming import StreamedSources, with_shards
from llcodec.errors import InputError
from llcodec.metrics.perceptual import PerceptualMetric
from llcodec.nets.joint import JointModel
from llcodec.training.checkpoint import hours_of, is_weight_file, read_notes, training_notes
from llcodec.training.codec import CodecTrainer
from llcodec.training.codec_export import export_codec
from llcodec.training.family import TrainingFamily
from llcodec.training.perceptual import load_backbones
from llcodec.training.processes import Processes, device_of_process, joined_processes
from llcodec.training.provenance import code_version, data_summary
from llcodec.training.recipe import CODEC, BackboneName, Recipe, StageRecipe
from llcodec.training.reporting import ProgressLine, Reporter, TensorBoard, require_tensorboard
from llcodec.training.run_options import RunOptions, say_finished
from llcodec.training.starting import has_tone_network, new_joint_model, new_plain_model
from llcodec.training.tone_run import holds_members, run_tone
from llcodec.training.validation import validation_pictures

_VALIDATION_PICTURES = 7
_OF_START = ("hours_before", "tone_psnr")  # notes on what a stage started from


@dataclass(frozen=True)
class CodecRunOptions(RunOptions):
    """The options of a run, and the weights that the stages of a codec start from.

    Attributes:
        start: a checkpoint or weight file. If the recipe has a joint stage, it replaces the plain
            stage; otherwise the plain stage continues from it. A weight file with a tone network
            also replaces the tone stage.
        narrow: the checkpoint of a plain codec with fewer latents, from which the plain stage
            starts.
        tone: weights of a tone network, or a weight file with one, instead of the tone stage.
        lpips: files with the weights of the backbones that stages weigh LPIPS with, in the order
            in which the recipe first names them; without any, they are downloaded.
    """

    start: Path | None = None
    narrow: Path | None = None
    tone: Path | None = None
    lpips: tuple[Path, ...] = ()


def run_recipe(recipe: Recipe, data: DataFolders, out: Path, options: CodecRunOptions) -> bool:
    """Train all stages of a recipe into the run folder ``out``; return whether all are done.

    Raises:
        InputError: if the folder already contains a run and ``resume`` is not set, if something is
            missing, or if an option is of no use to the recipe.
        UnknownModelError: if a file to start from, or the weights for LPIPS, cannot be found.
        BrokenModelError: if they are damaged.
    """
    device = device_of_process(options.device)
    with joined_processes(device) as processes:
        return _Run(recipe, data, out, options, device, processes).run()


@dataclass
class _Run:
    """The stages of a recipe, in order."""

    recipe: Recipe
    data: DataFolders
    out: Path
    options: CodecRunOptions
    device: torch.device
    processes: Processes

    def run(self) -> bool:
        """Run the unfinished stages, within the given hours."""
        recipe, options = self.recipe, self.options
        self._refuse_what_cannot_end()
        ends = time.monotonic() + 3600 * options.max_hours
        tone = options.tone
        if tone is None and options.start is not None and has_tone_network(options.start):
            tone = options.start
        if self._needs_tone():
            tone = self._tone
            if not self._train_tone(tone, ends):
                return False
        start = options.start
        if self._trains_plain:
            if not self._train_plain(ends):
                return False
            start = self._checkpoint("plain")
        if recipe.joint is None:
            return True
        assert start is not None
        if self._done(self._checkpoint("joint"), recipe.joint):
            self._say_finished()
            return True
        model = new_joint_model(recipe.preset, recipe.joint, start, tone, recipe.seed)
        before = [start] if tone in (None, start) else [start, tone]
        return self._train(model, "joint", recipe.joint, self._all(recipe.joint), ends, before)

    @property
    def _trains_plain(self) -> bool:
        """Whether there is a plain stage that no other codec replaces."""
        recipe = self.recipe
        return recipe.plain is not None and (recipe.joint is None or self.options.start is None)

    def _train_plain(self, ends: float) -> bool:
        """Train the plain stage, unless it is finished; return whether it is now finished."""
        recipe, options = self.recipe, self.options
        assert recipe.plain is not None
        if self._done(self._checkpoint("plain"), recipe.plain):
            if recipe.joint is None:
                self._say_finished()
            return True
        sources = self._photographs(recipe.plain)
        start = options.start
        model = new_plain_model(
            recipe.preset, recipe.plain, sources, recipe.seed, start=start, narrow=options.narrow
        )
        before = [path for path in (start, options.narrow) if path is not None]
        return self._train(model, "plain", recipe.plain, sources, ends, before)

    def _checkpoint(self, stage: str) -> Path:
        return self.out / stage / "checkpoint.safetensors"

    def _refuse_what_cannot_end(self) -> None:
        """Raise InputError if a later stage lacks something, before an earlier one takes hours."""
        recipe, options, data = self.recipe, self.options, self.data
        for path in (options.start, options.narrow, options.tone):
            if path is not None:
                read_notes(path)
        if options.tensorboard:
            require_tensorboard()
        self._refuse_unused_options()
        self._refuse_to_change_the_start()
        if self._trains_plain:
            assert recipe.plain is not None
            self._refuse_without_photographs(recipe.plain)
        elif options.start is None:
            raise InputError("the joint stage needs a plain stage, or a checkpoint to start from")
        if recipe.joint is not None and recipe.joint.mix.pairs < 1:
            self._refuse_without_photographs(recipe.joint)
        if recipe.joint is not None and not data.trains_pairs:
            raise InputError("the joint stage needs pairs of the split 'train' in the data")
        if self._needs_tone() and recipe.tone is None and not self._tone.exists():
            raise InputError("the recipe has no tone stage: give the weights of a tone network")
        self._load_lpips()

    def _refuse_to_change_the_start(self) -> None:
        """Raise InputError if a joint stage that started from other weights would lose them."""
        joint, plain = self._checkpoint("joint"), self._checkpoint("plain")
        if self.options.start is None and joint.exists() and not plain.exists():
            raise InputError(f"{joint}: began from other weights; give them again with --start")

    def _refuse_unused_options(self) -> None:
        """Raise InputError for a recipe without a codec, and for weights that no stage reads.

        Otherwise the command would succeed without doing what was requested.
        """
        recipe, options = self.recipe, self.options
        if recipe.plain is None and recipe.joint is None:
            raise InputError("the recipe has neither a plain nor a joint stage: nothing to train")
        if options.tone is not None and (recipe.joint is None or not recipe.preset.global_tone):
            raise InputError("no stage of this recipe uses a tone network (--tone)")
        if options.lpips and not self._weighed:
            raise InputError("no stage of this recipe weighs LPIPS (--lpips)")
        if options.narrow is not None:
            if options.start is not None:
                raise InputError("give either a codec to start from or a narrower one, not both")
            if recipe.plain is None:
                raise InputError("the recipe has no plain stage to start from a narrower codec")

    def _refuse_without_photographs(self, stage: StageRecipe) -> None:
        data = self.data
        paired = data.pairs or any(shards.paired for shards in data.shards)
        photographs = data.photographs or any(not shards.paired for shards in data.shards)
        if not photographs and not (stage.bright_halves and paired):
            raise InputError("the training needs photographs, or pairs with bright halves")

    @property
    def _tone(self) -> Path:
        return self.out / "tone" / "tone.safetensors"

    def _needs_tone(self) -> bool:
        """Return whether a tone network is needed and no option provides one."""
        recipe, options = self.recipe, self.options
        if recipe.joint is None or not recipe.preset.global_tone or options.tone is not None:
            return False
        return options.start is None or not has_tone_network(options.start)

    def _train_tone(self, path: Path, ends: float) -> bool:
        """Train the tone network, on one of the processes, unless it exists."""
        recipe, done = self.recipe, True
        if path.exists() or holds_members(path.parent):
            self._refuse_to_overwrite()
        self.processes.barrier()  # all processes must look before one of them writes
        if not path.exists() and self.processes.rank == 0:
            assert recipe.tone is not None
            hours = max(0.0, ends - time.monotonic()) / 3600
            members = recipe.preset.tone_members
            done = run_tone(
                self.data,
                recipe.tone,
                path.parent,
                recipe.seed,
                members,
                hours,
                local=recipe.preset.local_tone,
            )
        return not self.processes.any(not done, self.device)

    def _done(self, checkpoint: Path, recipe: StageRecipe) -> bool:
        if not checkpoint.exists():
            return False
        self._refuse_to_overwrite()
        return int(read_notes(checkpoint)["step"]) >= recipe.steps

    def _refuse_to_overwrite(self) -> None:
        if not self.options.resume:
            raise InputError(f"{self.out} holds a run already; resume it or choose another folder")

    def _say_finished(self) -> None:
        if not self.processes.rank:
            say_finished(self.out)

    def _train(
        self,
        model: JointModel,
        stage: str,
        recipe: StageRecipe,
        sources: Sources | StreamedSources,
        ends: float,
        before: Sequence[Path],
    ) -> bool:
        joint, folder = stage == "joint", self.out / stage
        trainer = CodecTrainer(
            model,
            "joint" if joint else "plain",
            recipe,
            sources,
            validation_pictures(
                self._validation_pairs, fused=joint and recipe.mix.fused, plain=not joint
            ),
            folder,
            seed=self.recipe.seed,
            device=self.device,
            processes=self.processes,
            metrics=[self._load_lpips()[name] for name in _backbones_of(recipe)],
        )
        notes = {"code": code_version(), "data": data_summary(self.data, sources)}
        notes["hours_before"] = json.dumps(_hours_before(before))
        earlier = [training_notes(path) for path in before]
        # New tone networks have scores of their own; otherwise those of the start are in use.
        psnr = (run.get(key) for key in ("val_psnr", "tone_psnr") for run in earlier)
        notes["tone_psnr"] = next((value for value in psnr if value), "")
        trainer.state.notes.update(notes)
        if trainer.checkpoint.exists():
            trainer.resume()
            earlier_notes = read_notes(trainer.checkpoint)
            trainer.state.notes |= {k: earlier_notes[k] for k in _OF_START if k in earlier_notes}
        hours = max(0.0, ends - time.monotonic()) / 3600
        return trainer.run(hours, self._reporters(stage, trainer, recipe.steps))

    @property
    def _stages(self) -> list[StageRecipe]:
        """The recipes of the stages that are trained."""
        stages = (self.recipe.plain if self._trains_plain else None, self.recipe.joint)
        return [stage for stage in stages if stage is not None]

    @property
    def _weighed(self) -> list[BackboneName]:
        """The backbones that stages weigh LPIPS with, each once."""
        return list(dict.fromkeys(name for stage in self._stages for name in _backbones_of(stage)))

    def _load_lpips(self) -> dict[BackboneName, PerceptualMetric]:
        """Return LPIPS with each backbone that a stage needs; they stay in memory."""
        if not self._weighed:
            return {}
        metrics = load_backbones(self._weighed, self.options.lpips)
        return dict(zip(self._weighed, metrics, strict=True))

    def _reporters(self, stage: str, trainer: CodecTrainer, steps: int) -> list[Reporter]:
        if self.processes.rank:
            return []
        reporters: list[Reporter] = [ProgressLine(stage, trainer.state.step, steps)]
        if self.options.tensorboard:
            reporters.append(TensorBoard(trainer.out / "tensorboard"))
        return reporters

    @cached_property
    def _pairs(self) -> list[Pair]:
        return self.data.read_train() if self.data.pairs else []

    @cached_property
    def _bright(self) -> list[Pixels]:
        return self.data.read_photographs() if self.data.photographs else []

    def _photographs(self, recipe: StageRecipe) -> Sources | StreamedSources:
        return self._with_shards(self._of_folders(recipe), recipe, pairs=False)

    def _of_folders(self, recipe: StageRecipe) -> Sources:
        halves = bright_halves(self._pairs) if recipe.bright_halves else []
        return gather_sources((), [*self._bright, *halves], self.data.store)

    def _all(self, recipe: StageRecipe) -> Sources | StreamedSources:
        pairs = self._pairs or self.data.read_train()
        drawn = recipe.mix.pairs < 1  # do not read large sets needlessly
        bright = self._of_folders(recipe).photographs if drawn else ()
        sources = gather_sources(pairs, bright, self.data.store, fused=recipe.mix.fused)
        return self._with_shards(sources, recipe, pairs=True)

    def _with_shards(
        self, folders: Sources, recipe: StageRecipe, *, pairs: bool
    ) -> Sources | StreamedSources:
        return with_shards(
            folders,
            self.data.shards,
            self.recipe.seed,
            recipe.batch,
            pairs=pairs,
            bright_halves=recipe.bright_halves,
            fused=pairs and recipe.mix.fused,
        )

    @cached_property
    def _validation_pairs(self) -> list[Pair]:
        return self.data.read_some("val", _VALIDATION_PICTURES)


FAMILY = TrainingFamily(CODEC, "preset", export_codec, has_qualities=True)


def _hours_before(before: Sequence[Path]) -> float:
    """Return the hours of what a stage starts from: a codec, and a narrower one or a tone network.

    The hours of a weight file are those of a whole codec: one that is read for its tone networks
    alone does not count, since the codec that goes on may come from it.
    """
    counted = [*before[:1], *(path for path in before[1:] if not is_weight_file(path))]
    return sum(map(hours_of, counted))


def _backbones_of(stage: StageRecipe) -> tuple[BackboneName, ...]:
    """Return the backbones that a stage weighs LPIPS with; none if it does not weigh it."""
    return stage.distortion.backbones if stage.distortion.perceptual > 0 else ()
