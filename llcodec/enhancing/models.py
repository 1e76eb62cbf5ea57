"""Finding an enhancer: NeRCo, SNR-Aware or a codec, one that ships, or by any path."""

from pathlib import Path

import torch

from llcodec._cards import (
    NERCO_FORMAT,
    SNR_AWARE_FORMAT,
    read_format,
    shipped_enhancers,
    shipped_files,
)
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.codec.weights import read_model
from llcodec.enhancing.joint import JointNetwork
from llcodec.enhancing.names import JOINT
from llcodec.enhancing.nerco import NercoNetwork
from llcodec.enhancing.pieces import Network
from llcodec.enhancing.snr_aware import SnrAwareEnhancer
from llcodec.errors import UnknownModelError
from llcodec.nerco.weights import read_nerco
from llcodec.snr_aware.weights import read_snr_aware


def load_network(name_or_path: str, device: torch.device) -> Network:
    """Return the network of a shipped model, or of a weight file of any kind.

    Raises UnknownModelError, BrokenModelError, or ModelError if the model does not enhance.
    """
    path = find_enhancer(name_or_path)
    kind = read_format(path)
    if kind == NERCO_FORMAT:
        return NercoNetwork(read_nerco(path), device)
    if kind == SNR_AWARE_FORMAT:
        return SnrAwareEnhancer(read_snr_aware(path), device)
    return JointNetwork(read_model(path), device)


def find_enhancer(name_or_path: str) -> Path:
    """Return the weight file of a name or path.

    Raises UnknownModelError if none has this name; whether a path leads to a file is not checked.
    """
    shipped = shipped_files()
    name = DEFAULT_MODEL if name_or_path == JOINT else name_or_path
    if name in shipped:
        return shipped[name]
    if name_or_path.endswith(".safetensors") or Path(name_or_path).is_file():
        return Path(name_or_path)
    known = [*([JOINT] if DEFAULT_MODEL in shipped else []), *shipped_enhancers()]
    raise UnknownModelError(
        f"no model {name_or_path!r} to enhance with "
        f"(shipped: {', '.join(known) or 'none'}; or give a path)"
    )
