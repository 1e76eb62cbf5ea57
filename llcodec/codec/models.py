"""Finding a model by name: the weight files that ship with the package, or any path."""

from pathlib import Path

from llcodec.codec.weights import ModelFile, read_model
from llcodec.errors import UnknownModelError

DEFAULT_MODEL = "fast"
_PACKAGE = Path(__file__).resolve().parent.parent
# Installed, the weights lie inside the package; in a checkout, beside it.
_FOLDERS = (_PACKAGE / "_weights", _PACKAGE.parent / "weights")


def shipped_models() -> dict[str, Path]:
    """Return the weight files that came with this installation, by name."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
    return {file.stem: file for file in sorted(folder.glob("*.safetensors"))}


def load_model(name_or_path: str = DEFAULT_MODEL) -> ModelFile:
    """Return a model by the name of a shipped one or by the path of a weight file.

    Raises UnknownModelError or BrokenModelError.
    """
    shipped = shipped_models()
    if name_or_path in shipped:
        return read_model(shipped[name_or_path])
    if name_or_path.endswith(".safetensors") or Path(name_or_path).is_file():
        return read_model(Path(name_or_path))
    known = ", ".join(sorted(shipped)) or "none"
    raise UnknownModelError(f"no model {name_or_path!r} (shipped: {known}; or give a path)")
