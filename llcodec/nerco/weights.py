"""Weight files of NeRCo: NRN, ME and G_H in half precision. No pickle.

G_L and the discriminators serve training alone and are left out; checkpoints keep them.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from llcodec._families import NERCO
from llcodec._weight_files import NetworkFile, StoredCard, read_network, write_network
from llcodec.errors import BrokenModelError
from llcodec.nerco.presets import NercoPreset, preset_of
from llcodec.nerco.switches import NercoSwitches

FORMAT = NERCO.format
_MOST = 1024  # channels or blocks: far above any preset, far below what fills the memory


@dataclass(frozen=True)
class NercoShape:
    """What the networks of a weight file are built from, besides their parameters."""

    preset: NercoPreset
    switches: NercoSwitches = field(default_factory=NercoSwitches)


NercoFile = NetworkFile[NercoShape]


def write_nerco(path: Path, file: NercoFile) -> None:
    """Write a weight file atomically.

    Raises BrokenModelError if the model holds what no reader would accept, OutputError if the file
    cannot be written.
    """
    _check_preset(file.shape.preset)
    write_network(path, FORMAT, file, asdict(file.shape))


def read_nerco(path: Path) -> NercoFile:
    """Return what a weight file holds; an engine checks that its arrays fit its shape.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    return read_network(path, FORMAT, _shape_on)


def _shape_on(card: StoredCard) -> NercoShape:
    preset = preset_of(card["preset"])
    _check_preset(preset)
    return NercoShape(preset, NercoSwitches(**card["switches"]))


def _check_preset(preset: NercoPreset) -> None:
    """Raise BrokenModelError unless a preset is valid; the arrays do not determine all of it."""
    sizes = [value for key, value in asdict(preset).items() if key not in ("name", "family")]
    if preset.family not in ("paper", "compact") or not isinstance(preset.name, str):
        raise BrokenModelError("the weight file has a preset of no known family")
    if not all(type(size) is int and 0 <= size <= _MOST for size in sizes):
        raise BrokenModelError("the weight file has a preset of impossible sizes")
    if preset.neighbourhood % 2 == 0:
        raise BrokenModelError("the weight file has a preset without a middle of neighbourhoods")
