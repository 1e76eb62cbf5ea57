"""SMG (Xu, Wang and Lu, CVPR 2023) with a released checkpoint, given by its path."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch

from llcodec._arrays import Pixels
from llcodec._checkpoints import read_checkpoint
from llcodec.bench.interfaces import EnhancerSettings
from llcodec.engine.torch_device import torch_device
from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.smg.network import MULTIPLE, PARTS, Smg
from llcodec.smg.structure import SIDE


class SmgEnhancer:
    """SMG, from pixels to pixels.

    Sides are padded to multiples of four by repeating edges. Nothing in the checkpoint is executed.

    Args:
        path: of a checkpoint in the format of the authors' training code.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises UnknownModelError if the file cannot be read, BrokenModelError if it is not a checkpoint
    of SMG, InputError if there is no such device.
    """

    name = "smg"

    def __init__(self, path: Path, device: str = "cpu") -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UnknownModelError(f"{path}: {error.strerror or error}") from error
        self._path, self._digest = path, sha256(data).hexdigest()
        self._device = torch_device(device)
        try:
            self._network = Smg.from_checkpoint(_checkpoint(path, data)).to(self._device)
        except (LookupError, RuntimeError) as error:
            raise BrokenModelError(f"{path}: not a checkpoint of SMG") from error

    def settings(self) -> EnhancerSettings:
        """Return the name and checksum of the checkpoint, and how pictures are processed."""
        return EnhancerSettings(
            versions={"torch": torch.__version__, "SHA-256": self._digest},
            parameters={
                "file": self._path.name,
                "parameters": sum(p.numel() for p in self._network.parameters()),
                "structure map": f"{SIDE}×{SIDE}, of the resized picture",
                "padding": f"edges repeated, to multiples of {MULTIPLE}",
                "device": self._device.type,
            },
        )

    @torch.inference_mode()
    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the enhanced picture, H×W×3."""
        height, width = pixels.shape[:2]
        padded = np.pad(pixels, ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)), "edge")
        x = torch.from_numpy(padded).to(self._device).permute(2, 0, 1)[None].float() / 255
        made = self._network(x)[0, :, :height, :width].mul(255).round().to(torch.uint8)
        enhanced: Pixels = made.permute(1, 2, 0).cpu().numpy()
        return enhanced


def _checkpoint(path: Path, data: bytes) -> Mapping[str, Any]:
    """Return the contents of a checkpoint. Raises BrokenModelError if it is not that of SMG."""
    held = read_checkpoint(path, data)
    if not isinstance(held, Mapping) or not held.keys() >= PARTS.keys():
        raise BrokenModelError(f"{path}: not a checkpoint of SMG, which has {', '.join(PARTS)}")
    return held
