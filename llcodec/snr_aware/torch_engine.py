"""The SNR-aware enhancer on PyTorch: from a weight file and back, and as an engine runs it."""

from collections.abc import Mapping

import torch

from llcodec._arrays import Floats
from llcodec._cards import TrainingFacts
from llcodec.engine.tensors import picture_of, planes_of
from llcodec.engine.torch_models import placed, to_arrays, with_parameters
from llcodec.snr_aware.network import SnrAwareNetwork
from llcodec.snr_aware.weights import SnrAwareFile


def snr_aware_network(file: SnrAwareFile) -> SnrAwareNetwork:
    """Return the network of a weight file, ready for inference.

    Raises:
        BrokenModelError: when the preset is far larger than the arrays.
        RuntimeError: when the arrays do not fit the preset.
    """
    return with_parameters(lambda: SnrAwareNetwork(file.shape), file.arrays)


def snr_aware_file(
    name: str,
    network: SnrAwareNetwork,
    notes: Mapping[str, str] | None = None,
    training: TrainingFacts | None = None,
) -> SnrAwareFile:
    """Return what a weight file of a network holds."""
    facts = training or TrainingFacts()
    return SnrAwareFile(name, network.preset, to_arrays(network), dict(notes or {}), facts)


class TorchSnrAware:
    """An SNR-aware network on a device; implements :class:`llcodec.engine.protocol.SnrAware`."""

    def __init__(self, file: SnrAwareFile, device: torch.device) -> None:
        self._network = placed(snr_aware_network(file), device)
        self._device = device

    @torch.inference_mode()
    def enhance(self, picture: Floats) -> Floats:
        """Return the bright picture, H×W×3 in [0, 1]."""
        return picture_of(self._network.enhance(planes_of(picture, self._device)))
