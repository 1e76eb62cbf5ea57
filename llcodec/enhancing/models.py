"""Find an enhancer: a shipped model of any family that enhances, or a weight file."""

from pathlib import Path

from llcodec._cards import read_family
from llcodec._shipped import check_installed, shipped_enhancers, shipped_files
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.engine.choice import Choice, EngineRequest
from llcodec.enhancing.family import enhancing_family
from llcodec.enhancing.names import JOINT
from llcodec.enhancing.pieces import Network
from llcodec.errors import UnknownModelError


def load_network(name_or_path: str, request: EngineRequest) -> tuple[Network, Choice]:
    """Return the network of a shipped model, or of a weight file of any family, and its engine.

    Raises UnknownModelError, BrokenModelError, ModelError if the model does not enhance, or
    InputError if the engine or the device is not available.
    """
    path = find_enhancer(name_or_path)
    return enhancing_family(read_family(path)).load(path, request)


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
    check_installed(name)
    known = [*([JOINT] if DEFAULT_MODEL in shipped else []), *shipped_enhancers()]
    raise UnknownModelError(
        f"no model {name_or_path!r} to enhance with "
        f"(shipped: {', '.join(known) or 'none'}; or give a path)"
    )
