"""What the networks of pipelines cost, beside those of the paper's Figure 5."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from llcodec.bench.codecs.llc import LlcCodec
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
from llcodec.data.outputs import written
from llcodec.nerco.presets import PRESETS as NERCO_PRESETS
from llcodec.snr_aware.presets import PRESETS as SNR_AWARE_PRESETS


def figure_5(pipelines: Sequence[Pipeline], folder: Path) -> tuple[Complexity, ...]:
    """Return those of some pipelines that can be counted, and then those of the paper.

    Counting takes seconds, so it is kept in ``folder``. Raises OutputError.
    """
    facts = [[pipeline.name, pipeline.record()] for pipeline in pipelines]
    versions = {"torch": torch.__version__, **measures()}
    key = hashlib.sha256(json.dumps([facts, versions], sort_keys=True).encode()).hexdigest()
    path = folder / f"{key}.json"
    kept = _read(path)
    if kept is not None:
        return kept
    counted = (complexity_of(pipeline) for pipeline in pipelines)
    found = (*(one for one in counted if one is not None), *paper_complexities())
    with written(path) as part:
        part.write_text(json.dumps([asdict(one) for one in found]))
    return found


def complexity_of(pipeline: Pipeline) -> Complexity | None:
    """Return what a pipeline costs; None unless all of it are networks whose shape is known."""
    before, codec, after = _enhancer(pipeline.before), _codec(pipeline), _enhancer(pipeline.after)
    if before is None or codec is None or after is None:
        return None
    return Complexity(pipeline.name, (*before, *codec, *after))


def _codec(pipeline: Pipeline) -> tuple[Stage, ...] | None:
    if pipeline.order == "enhance":
        return ()
    if not isinstance(pipeline.codec, LlcCodec):
        return None
    return joint_complexity(pipeline.name, pipeline.codec.preset).stages


def _enhancer(enhancer: BenchEnhancer) -> tuple[Stage, ...] | None:
    if enhancer.name == NONE:
        return ()
    if not isinstance(enhancer, LearnedEnhancer):
        return None
    card = enhancer.card
    if card.preset in NERCO_PRESETS:
        found = nerco_complexity(card.preset)
    elif card.preset in SNR_AWARE_PRESETS:
        found = snr_aware_complexity(card.preset)
    else:
        return None
    # A preset may have been changed for a training, and keep its name.
    return found.stages if found.parameters == card.parameters else None


def _read(path: Path) -> tuple[Complexity, ...] | None:
    """Return what is kept; None if it is not there, or damaged."""
    try:
        return tuple(
            Complexity(one["name"], tuple(Stage(**s) for s in one["stages"]), one["source"])
            for one in json.loads(path.read_text())
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None
