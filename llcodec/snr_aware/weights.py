"""Weight files of the SNR-aware enhancer, in half precision. No pickle."""

from dataclasses import asdict
from pathlib import Path

from llcodec._families import SNR_AWARE
from llcodec._weight_files import NetworkFile, StoredCard, read_network, write_network
from llcodec.errors import BrokenModelError
from llcodec.snr_aware.presets import SnrAwarePreset, preset_of

_MOST = 4096  # channels, layers or blocks: above any preset, below what fills the memory

SnrAwareFile = NetworkFile[SnrAwarePreset]


def write_snr_aware(path: Path, file: SnrAwareFile) -> None:
    """Write a weight file atomically.

    Raises BrokenModelError if the model holds what no reader would accept, OutputError if the file
    cannot be written.
    """
    _check_preset(file.shape)
    write_network(path, SNR_AWARE.format, file, {"preset": asdict(file.shape)})


def read_snr_aware(path: Path) -> SnrAwareFile:
    """Return what a weight file holds; an engine checks that its arrays fit its preset.

    Raises UnknownModelError if there is no such file, BrokenModelError if it is damaged.
    """
    return read_network(path, SNR_AWARE.format, _preset_on)


def _preset_on(card: StoredCard) -> SnrAwarePreset:
    preset = preset_of(card["preset"])
    _check_preset(preset)
    return preset


def _check_preset(preset: SnrAwarePreset) -> None:
    """Raise BrokenModelError unless a preset has sizes that a network can have."""
    shape = preset.transformer
    sizes = [*preset.widths, preset.local_blocks, preset.features, *asdict(shape).values()]
    if len(preset.widths) != 3 or not all(type(n) is int and 0 <= n <= _MOST for n in sizes):
        raise BrokenModelError("the weight file has a preset of impossible sizes")
    if preset.snr not in ("published", "robust"):
        raise BrokenModelError("the weight file has a preset with an unknown SNR map")
