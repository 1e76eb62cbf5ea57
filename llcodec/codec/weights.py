"""Weight files of codecs: the float transforms, the integer networks and the tables.

Transforms are stored in half precision, which is enough for them; integers are stored as integers.
Only safetensors are read.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from llcodec._arrays import Arrays
from llcodec._bitstream import HASH_LENGTH, QUALITY_UNITS, SCALE_LEVELS
from llcodec._cards import TrainingFacts, notes_on, training_on
from llcodec._families import CODEC
from llcodec._weight_files import (
    StoredCard,
    check_finite,
    check_name,
    float_arrays,
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
from llcodec.nets.presets import Preset, preset_of

# Small arrays whose precision matters.
_IN_FULL = ("latent_scale", "gain.log_gain", "gain.log_inverse")

_STAGE_BRIGHTENS = {"joint": True, "plain": False}


@dataclass(frozen=True, eq=False)
class ModelFile:
    """What a weight file holds.

    Attributes:
        name: of the model.
        preset: the shape of its networks.
        arrays: the parameters of the float networks, by their names in
            :class:`llcodec.nets.joint.JointModel`; an engine checks that they fit the preset.
        networks: the integer networks.
        scale_tables: the probabilities of latents, one table for each scale index.
        hyper_tables: those of hyper-latents, one for each channel.
        notes: free texts: data, code, recipe.
        training: how the model was trained.
        sha256: of the file, 64 hexadecimal digits; empty before it is written.
    """

    name: str
    preset: Preset
    arrays: Arrays
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
        return learned_to_brighten(self.training, self.preset)

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
    arrays = half_precision(file.arrays)
    for key in _IN_FULL:
        if key in file.arrays:
            arrays[f"float.{key}"] = file.arrays[key]
    exact, layers = exact_arrays(file)
    arrays |= exact
    card = {
        "format": _format_of(file.preset),
        "name": file.name,
        "preset": asdict(file.preset),
        "layers": layers,
        "notes": file.notes,
    }
    write_weight_file(path, arrays, with_training(card, file.training))


def exact_arrays(file: ModelFile) -> tuple[Arrays, StoredCard]:
    """Return the integer networks and the tables as a weight file has them, and its ``layers``."""
    arrays, layers = to_arrays(file.networks, grouped=bool(file.preset.groups))
    for name, tables in (("scale", file.scale_tables), ("hyper", file.hyper_tables)):
        for key, values in pack_tables(tables).items():
            arrays[f"table.{name}.{key}"] = values
    return arrays, layers


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


def _assemble(card: dict[str, Any], arrays: Arrays, sha256: str) -> ModelFile:
    preset = preset_of(card["preset"])
    if card["format"] != _format_of(preset):
        raise BrokenModelError("the weight file names another format than that of its preset")
    integers = {k: v for k, v in arrays.items() if k.startswith("integer.")}
    networks = from_arrays(preset.order, preset.groups, card["layers"], integers)
    networks.check()
    _try_out(networks, preset)
    check_name(card["name"])
    check_finite(arrays)
    file = ModelFile(
        name=card["name"],
        preset=preset,
        arrays=float_arrays(arrays),
        networks=networks,
        scale_tables=_tables(arrays, "scale"),
        hyper_tables=_tables(arrays, "hyper"),
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


def _tables(arrays: Arrays, name: str) -> tuple[Table, ...]:
    keys = ("frequencies", "lengths", "firsts")
    stored = {key: arrays[f"table.{name}.{key}"].astype(np.int32) for key in keys}
    return unpack_tables(stored, name)
