"""Export the checkpoint of any training as a weight file."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from llcodec._cards import TrainingFacts
from llcodec.data.folders import DataFolders
from llcodec.errors import InputError
from llcodec.training.checkpoint import hours_of, read_tensors, tensors_within
from llcodec.training.family import Export, TrainingFamily, training_families

_KEPT_NOTES = ("code", "data", "guide", "tone_psnr")


def export_run(
    checkpoint: Path,
    data: DataFolders,
    name: str | None,
    out: Path,
    lambdas: Sequence[float] | None = None,
    codec: Path | None = None,
) -> None:
    """Write the averaged weights of a run of any family as a weight file.

    Args:
        checkpoint: of the run; the settings are read from ``config.json`` in the same folder.
        data: pictures that determine the ranges of activations and the frequencies of symbols of a
            codec; enhancers need none.
        name: of the model in files and results; None is the name of its preset.
        out: the weight file.
        lambdas: a λ for each quality of a codec, instead of those of its training.
        codec: the weight file of the codec that a look belongs to; needed if its training started
            from a checkpoint.

    Raises:
        InputError: if this is not a checkpoint, if the data for a codec is missing, if
            ``lambdas`` do not fit the model or do not rise, or if ``codec`` is missing or another.
    """
    tensors, notes = read_tensors(checkpoint)
    family = _family_of(checkpoint, notes)
    if lambdas is not None and not family.has_qualities:
        raise InputError("only codecs have qualities to spread over other values of λ")
    if codec is not None and not family.has_codec:
        raise InputError("only a look belongs to a codec")
    config = checkpoint.parent / "config.json"
    settings = config.read_text() if config.is_file() else ""
    family.export(
        Export(
            checkpoint,
            tensors_within("ema.", tensors),
            notes,
            out,
            name,
            {key: notes[key] for key in _KEPT_NOTES if notes.get(key)} | {"recipe": settings},
            _facts_of(checkpoint, notes, settings),
            data,
            lambdas,
            codec,
        )
    )


def _family_of(checkpoint: Path, notes: Mapping[str, str]) -> TrainingFamily[Any]:
    for family in training_families():
        if family.key in notes:
            return family
    raise InputError(f"{checkpoint}: not the checkpoint of a codec or an enhancer")


def _facts_of(checkpoint: Path, notes: Mapping[str, str], settings: str) -> TrainingFacts:
    """Return the facts of a training for the card of its weight file."""
    return TrainingFacts(
        stage=notes.get("stage") or _stage_in(settings),
        lambdas=tuple(json.loads(notes.get("lambdas", "[]"))),
        steps=json.loads(notes["step"]) if "step" in notes else None,
        hours=round(hours_of(checkpoint), 6) if "hours" in notes else None,
        exported=datetime.now(UTC).date().isoformat(),
    )


def _stage_in(settings: str) -> str | None:
    """Return the stage in the settings of a run folder; older checkpoints do not name it."""
    try:
        stage = json.loads(settings)["stage"]
    except (ValueError, LookupError, TypeError):
        return None
    return stage if isinstance(stage, str) else None
