"""Weight files of the SNR-aware enhancer, in half precision. No pickle."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from llcodec._cards import SNR_AWARE_FORMAT
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
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.presets import SnrAwarePreset, preset_of

_MOST = 4096  # channels, layers or blocks: above any preset, below what fills the memory


@dataclass(frozen=True)
class SnrAwareFile:
    """What a weight file holds. ``notes`` are free texts: data, steps, hours, figures."""

    name: str
    model: SnrAwareNetwork
    notes: dict[str, str] = field(default_factory=dict)
    sha256: str = ""


def write_snr_aware(path: Path, file: SnrAwareFile) -> None:
    """Write a weight file, whole or not at all.

    Raises BrokenModelError if the model holds what no reader would take, OutputError if the file
    cannot be written.
    """
    _check(file.name, file.model.preset)
    card = {
        "format": SNR_AWARE_FORMAT,
        "name": file.name,
        "preset": asdict(file.model.preset),
        "notes": file.notes,
    }
    write_weight_file(path, half_precision(file.model.state_dict()), card)


def read_snr_aware(path: Path) -> SnrAwareFile:
    """Return the model of a weight file, ready for inference.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    return read_weight_file(path, SNR_AWARE_FORMAT, _assemble)


def _assemble(card: StoredCard, tensors: Tensors, sha256: str) -> SnrAwareFile:
    preset = preset_of(card["preset"])
    _check(card["name"], preset)
    check_numbers(tensors)
    with parameter_budget(tensors.values()):
        model = SnrAwareNetwork(preset)
    model.load_state_dict(float_state(tensors), assign=True)
    model = model.eval().requires_grad_(False)
    return SnrAwareFile(card["name"], model, notes_of(card), sha256)


def _check(name: str, preset: SnrAwarePreset) -> None:
    check_name(name)
    shape = preset.transformer
    sizes = [*preset.widths, preset.local_blocks, preset.features, *asdict(shape).values()]
    if len(preset.widths) != 3 or not all(type(n) is int and 0 <= n <= _MOST for n in sizes):
        raise BrokenModelError("the weight file has a preset of impossible sizes")
    if preset.snr not in ("published", "robust"):
        raise BrokenModelError("the weight file has a preset with an unknown SNR map")
