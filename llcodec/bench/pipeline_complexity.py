"""What the networks of pipelines cost, beside those of the paper's Figure 5."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import torch

from llcodec._outputs import written
from llcodec.bench.codecs.compressai import CompressaiCodec
from llcodec.bench.codecs.llc import LlcCodec
from llcodec.bench.codecs.llc_ladder import LlcLadder
from llcodec.bench.complexity import (
    Complexity,
    Stage,
    joint_complexity,
    nerco_complexity,
    paper_complexities,
    snr_aware_complexity,
)
from llcodec.bench.enhancers.enhancer import BenchEnhancer
from llcodec.bench.enhancers.learned import LearnedEnhancer
from llcodec.bench.pipelines import NONE, Pipeline
from llcodec.bench.scores import measures
from llcodec.nerco.presets import PRESETS as NERCO_PRESETS
from llcodec.nets.presets import Preset, paper_preset
from llcodec.snr_aware.presets import PRESETS as SNR_AWARE_PRESETS

_CHENG = "cheng2020-anchor"  # of CompressAI's models the one that ours is built on


def complexities_of(
    pipeline: Pipeline, qualities: Sequence[float], folder: Path
) -> tuple[Complexity | None, ...]:
    """Return what a pipeline costs at each of some qualities, as :func:`complexity_of` has it.

    Counting takes seconds, so it is kept in ``folder``. Raises OutputError.
    """
    facts = [pipeline.name, pipeline.record(), list(qualities)]
    return _kept(folder, facts, lambda: [complexity_of(pipeline, q) for q in qualities])


def complexity_of(pipeline: Pipeline, quality: float) -> Complexity | None:
    """Return what a pipeline costs; None unless all of it are networks whose shape is known.

    Qualities matter where each is a network of its own.
    """
    codec = _codec(pipeline, quality)
    if codec is None:  # before enhancers are counted for nothing
        return None
    before, after = _enhancer(pipeline.before), _enhancer(pipeline.after)
    if before is None or after is None:
        return None
    return Complexity(pipeline.name, (*before, *codec, *after))


def figure_5(own: Sequence[Complexity], folder: Path) -> tuple[Complexity, ...]:
    """Return what pipelines cost, and then those of the paper, kept in ``folder``.

    Raises OutputError.
    """
    paper = _kept(folder, ["Figure 5"], paper_complexities)
    return (*own, *(one for one in paper if one is not None))


def _codec(pipeline: Pipeline, quality: float) -> tuple[Stage, ...] | None:
    codec = pipeline.codec
    if pipeline.order == "enhance":
        return ()
    if isinstance(codec, LlcLadder):
        codec = codec.at(quality)
    if isinstance(codec, LlcCodec):
        return _stages_of(codec.preset)
    if isinstance(codec, CompressaiCodec) and codec.name == _CHENG:
        return _stages_of(paper_preset(codec.channels(quality)).plain(), masked=True)
    return None


@cache
def _stages_of(preset: Preset, masked: bool = False) -> tuple[Stage, ...]:
    return joint_complexity(preset.name, preset, masked=masked).stages


def _enhancer(enhancer: BenchEnhancer) -> tuple[Stage, ...] | None:
    if enhancer.name == NONE:
        return ()
    if not isinstance(enhancer, LearnedEnhancer):
        return None
    card = enhancer.card
    found = _enhancer_of(card.preset)
    # A preset may have been changed for a training, and keep its name.
    return None if found is None or found.parameters != card.parameters else found.stages


@cache
def _enhancer_of(preset: str) -> Complexity | None:
    if preset in NERCO_PRESETS:
        return nerco_complexity(preset)
    return snr_aware_complexity(preset) if preset in SNR_AWARE_PRESETS else None


def _kept(
    folder: Path, facts: object, count: Callable[[], Sequence[Complexity | None]]
) -> tuple[Complexity | None, ...]:
    """Return what was counted, in this run or in an earlier one that had the same facts."""
    versions = {"torch": torch.__version__, **measures()}
    key = hashlib.sha256(json.dumps([facts, versions], sort_keys=True).encode()).hexdigest()
    path = folder / f"{key}.json"
    kept = _read(path)
    if kept is not None:
        return kept
    found = tuple(count())
    if any(found):
        with written(path) as part:
            part.write_text(json.dumps([one and asdict(one) for one in found]))
    return found


def _read(path: Path) -> tuple[Complexity | None, ...] | None:
    """Return what is kept; None if it is not there, or damaged."""
    try:
        return tuple(map(_complexity, json.loads(path.read_text())))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _complexity(stored: Mapping[str, Any] | None) -> Complexity | None:
    if stored is None:
        return None
    stages = tuple(Stage(**stage) for stage in stored["stages"])
    return Complexity(stored["name"], stages, stored["source"])
