"""Weight files of NeRCo for inference: NRN, ME and G_H in half precision. No pickle.

G_L and the discriminators serve training alone and are left out; checkpoints keep them.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from llcodec._cards import NERCO_FORMAT
from llcodec._parameter_budget import parameter_budget
from llcodec._weight_files import (
    StoredCard,
    Tensors,
    check_name,
    check_numbers,
    float_state,
    half_precision,
    notes_of,
    read_weight_file,
    write_weight_file,
)
from llcodec.errors import BrokenModelError
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import NercoPreset, preset_of
from llcodec.nerco.switches import NercoSwitches

FORMAT = NERCO_FORMAT
_TRAINING_PARTS = ("g_l.",)
_MOST = 1024  # channels or blocks: far above any preset, far below what fills the memory


@dataclass(frozen=True)
class NercoFile:
    """What a weight file holds. ``notes`` are free texts: data, steps, hours, figures."""

    name: str
    model: NercoModel
    notes: dict[str, str] = field(default_factory=dict)
    sha256: str = ""


def write_nerco(path: Path, file: NercoFile) -> None:
    """Write a weight file, whole or not at all; of ``file.model``, G_L is left out.

    Raises BrokenModelError if the model holds what no reader would take, OutputError if the file
    cannot be written.
    """
    state = file.model.state_dict()
    kept = {key: value for key, value in state.items() if not key.startswith(_TRAINING_PARTS)}
    check_name(file.name)
    _check_preset(file.model.preset)
    card = {
        "format": FORMAT,
        "name": file.name,
        "preset": asdict(file.model.preset),
        "switches": asdict(file.model.switches),
        "notes": file.notes,
    }
    write_weight_file(path, half_precision(kept), card)


def read_nerco(path: Path) -> NercoFile:
    """Return the model of a weight file, built without G_L and ready for inference.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    return read_weight_file(path, FORMAT, _assemble)


def _assemble(card: StoredCard, tensors: Tensors, sha256: str) -> NercoFile:
    check_name(card["name"])
    preset, switches = preset_of(card["preset"]), NercoSwitches(**card["switches"])
    _check_preset(preset)
    check_numbers(tensors)
    with parameter_budget(tensors.values()):
        model = NercoModel(preset, switches, degrader=False)
    model.load_state_dict(float_state(tensors), assign=True)
    return NercoFile(
        name=card["name"],
        model=model.eval().requires_grad_(False),
        notes=notes_of(card),
        sha256=sha256,
    )


def _check_preset(preset: NercoPreset) -> None:
    """See that a preset is one: the tensors do not tell the family, nor all that a halo counts."""
    sizes = [value for key, value in asdict(preset).items() if key not in ("name", "family")]
    if preset.family not in ("paper", "compact") or not isinstance(preset.name, str):
        raise BrokenModelError("the weight file has a preset of no known family")
    if not all(type(size) is int and 0 <= size <= _MOST for size in sizes):
        raise BrokenModelError("the weight file has a preset of impossible sizes")
    if preset.neighbourhood % 2 == 0:
        raise BrokenModelError("the weight file has a preset without a middle of neighbourhoods")
