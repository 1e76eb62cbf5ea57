"""Find a codec by the name of a shipped model, or by the path of its weight file."""

from pathlib import Path

from llcodec._shipped import check_codec, check_installed, shipped_codecs
from llcodec.codec.weights import ModelFile, read_model
from llcodec.errors import UnknownModelError

DEFAULT_MODEL = "fast-5"


def shipped_models() -> dict[str, Path]:
    """Return the weight files of the codecs that ship with llcodec, by name."""
    return shipped_codecs()


def load_model(name_or_path: str = DEFAULT_MODEL) -> ModelFile:
    """Load a model by the name of a shipped one or by the path of a weight file.

    Raises:
        UnknownModelError: when there is no such model.
        BrokenModelError: when its weight file is damaged.
    """
    return read_model(find_model(name_or_path))


def find_model(name_or_path: str) -> Path:
    """Return the weight file of a name or path; whether a path leads to a file is not checked.

    Raises:
        UnknownModelError: when no shipped model has this name.
    """
    shipped = shipped_models()
    if name_or_path in shipped:
        return shipped[name_or_path]
    if name_or_path.endswith(".safetensors") or Path(name_or_path).is_file():
        return Path(name_or_path)
    check_installed(name_or_path)
    check_codec(name_or_path)
    known = ", ".join(sorted(shipped)) or "none"
    raise UnknownModelError(f"no model {name_or_path!r} (shipped: {known}; or give a path)")
