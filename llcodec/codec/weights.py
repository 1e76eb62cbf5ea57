"""Weight files of codecs: the float transforms, the integer networks and the tables.

Transforms are stored in half precision, which is enough for them; integers are stored as integers.
Only safetensors are read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from llcodec._bitstream import HASH_LENGTH, QUALITY_UNITS, SCALE_LEVELS
from llcodec._cards import TrainingFacts, notes_on, training_on
from llcodec._families import CODEC
from llcodec._parameter_budget import parameter_budget
from llcodec._weight_files import (
    check_finite,
    check_name,
    float_state,
    half_precision,
    read_weight_file,
    with_training,
    write_weight_file,
)
from llcodec.entropy.fixed_point import Whole
from llcodec.entropy.latent_coder import LatentCoder
from llcodec.entropy.networks import EntropyNetworks
from llcodec.entropy.order import Positions
from llcodec.entropy.prediction import ChannelGroup, Levels
from llcodec.entropy.rans import CoderTable, Symbols
from llcodec.entropy.storage import from_arrays, to_arrays
from llcodec.entropy.tables import Table, pack_tables, unpack_tables
from llcodec.entropy.walk import walk
from llcodec.errors import BrokenModelError
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset, preset_of

# Networks that are stored as integers (or tables) only.
_INTEGER_NETWORKS = ("h_s.", "context.", "entropy_parameters.", "grouped_context.", "density.")

_STAGE_BRIGHTENS = {"joint": True, "plain": False}


@dataclass(frozen=True)
class ModelFile:
    """What a weight file holds.

    ``training`` is how the model was trained, ``notes`` are free texts: data, code, recipe.
    """

    name: str
    model: JointModel
    networks: EntropyNetworks
    scale_tables: Sequence[Table]
    hyper_tables: Sequence[Table]
    notes: dict[str, str] = field(default_factory=dict)
    training: TrainingFacts = field(default_factory=TrainingFacts)
    sha256: str = ""

    @property
    def short_hash(self) -> bytes:
        """The first bytes of the file's SHA-256, which every .llc header contains."""
        return bytes.fromhex(self.sha256)[:HASH_LENGTH]

    @property
    def brightens(self) -> bool:
        """Whether the model was trained to make dark pictures bright."""
        return learned_to_brighten(self.training, self.model.preset)

    def coder(self) -> LatentCoder:
        """Return the coder of this model's latents."""
        return LatentCoder(
            self.networks,
            tuple(CoderTable.of(t) for t in self.scale_tables),
            tuple(CoderTable.of(t) for t in self.hyper_tables),
        )


def learned_to_brighten(training: TrainingFacts, preset: Preset) -> bool:
    """Return whether a model was trained to make dark pictures bright.

    The stage of its training decides. The shape is not enough: without its SNR-aware branch the
    published network has the shape of a plain codec, and brightens. The shape decides only if the
    stage is unknown.
    """
    shape = preset.snr_branch or preset.global_tone
    return shape if training.stage is None else _STAGE_BRIGHTENS.get(training.stage, shape)


def write_model(path: Path, file: ModelFile) -> None:
    """Write a weight file, completely or not at all.

    Raises:
        BrokenModelError: when a reader would refuse the model or its name.
        OutputError: when the file cannot be written.
    """
    check_name(file.name)
    state = file.model.state_dict()
    tensors = half_precision({k: v for k, v in state.items() if not _is_integer(k)})
    for key in ("latent_scale", "gain.log_gain", "gain.log_inverse"):
        if f"float.{key}" in tensors:  # small tensors whose precision matters
            tensors[f"float.{key}"] = state[key].detach().contiguous()
    arrays, layers = to_arrays(file.networks, grouped=bool(file.model.preset.groups))
    tensors |= {key: torch.from_numpy(value) for key, value in arrays.items()}
    for name, tables in (("scale", file.scale_tables), ("hyper", file.hyper_tables)):
        for key, values in pack_tables(tables).items():
            tensors[f"table.{name}.{key}"] = torch.from_numpy(values)
    card = {
        "format": _format_of(file.model.preset),
        "name": file.name,
        "preset": asdict(file.model.preset),
        "layers": layers,
        "notes": file.notes,
    }
    write_weight_file(path, tensors, with_training(card, file.training))


def read_model(path: Path) -> ModelFile:
    """Read a weight file, and check again that its integer layers are exact.

    Raises:
        UnknownModelError: when there is no such file.
        BrokenModelError: when it is damaged.
    """
    return read_weight_file(path, CODEC.formats, _assemble)


def _format_of(preset: Preset) -> str:
    """Return the format of weight files: the second one is for latents that are coded in groups."""
    return CODEC.formats[1 if preset.groups else 0]


def _assemble(card: dict[str, Any], tensors: dict[str, Tensor], sha256: str) -> ModelFile:
    preset = preset_of(card["preset"])
    if card["format"] != _format_of(preset):
        raise BrokenModelError("the weight file names another format than that of its preset")
    arrays = {k: v.numpy() for k, v in tensors.items() if k.startswith("integer.")}
    networks = from_arrays(preset.order, preset.groups, card["layers"], arrays)
    networks.check()
    _try_out(networks, preset)
    check_name(card["name"])
    check_finite(tensors)
    file = ModelFile(
        name=card["name"],
        model=_model(preset, tensors),
        networks=networks,
        scale_tables=_tables(tensors, "scale"),
        hyper_tables=_tables(tensors, "hyper"),
        notes=notes_on(card),
        training=training_on(card),
        sha256=sha256,
    )
    if len(file.scale_tables) != SCALE_LEVELS or len(file.hyper_tables) != preset.hyper_latents:
        raise BrokenModelError("the weight file has the wrong number of probability tables")
    return file


def _try_out(networks: EntropyNetworks, preset: Preset) -> None:
    """Run the integer networks once: layers that do not fit together fail here, not later."""
    z_hat = np.zeros((preset.hyper_latents, 1, 1), np.int32)
    shape = walk(networks, z_hat, (4, 4), QUALITY_UNITS, _nothing).shape
    if shape != (preset.latents, 4, 4):
        raise BrokenModelError("the integer networks of the weight file are not its preset's")


def _nothing(group: ChannelGroup, at: Positions, levels: Levels, means: Whole) -> Symbols:
    return np.zeros(levels.shape, np.int32)


def _model(preset: Preset, tensors: dict[str, Tensor]) -> JointModel:
    """Return the float networks; those that run as integers are left out."""
    # Random weights are quicker than laying the model out on the meta device, whose first use
    # imports a second's worth of PyTorch.
    with parameter_budget(tensors.values()):
        model = JointModel(preset)
    for name in {key.partition(".")[0] for key in model.state_dict() if _is_integer(key)}:
        delattr(model, name)
    model.load_state_dict(float_state(tensors), assign=True)
    return model.eval().requires_grad_(False)


def _is_integer(key: str) -> bool:
    """Return whether a parameter of the float model is stored as integers (or tables) only."""
    return key.startswith(_INTEGER_NETWORKS)


def _tables(tensors: dict[str, Tensor], name: str) -> tuple[Table, ...]:
    keys = ("frequencies", "lengths", "firsts")
    arrays = {key: tensors[f"table.{name}.{key}"].numpy().astype(np.int32) for key in keys}
    return unpack_tables(arrays, name)
