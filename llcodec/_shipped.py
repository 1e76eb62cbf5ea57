"""The models that came with this installation: of llcodec, and of the package llcodec-models."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from llcodec._cards import read_card
from llcodec._extras import install
from llcodec.errors import BrokenModelError, UnknownModelError

CHECKSUMS = "SHA256SUMS"  # beside the shipped models, as sha256sum writes it

MORE_MODELS: Final = frozenset(
    {"base", "base-2", "fast", "fast-2", "fast-3", "fast-4", "fast-4-look", "nerco", "nerco-2"}
)
"""The models that llcodec-models brings."""

_PACKAGE = Path(__file__).resolve().parent
# Installed, the weights lie inside the packages; in a checkout, all of them lie beside this one.
_INSTALLED, _CHECKOUT = _PACKAGE / "_weights", _PACKAGE.parent / "weights"
_MORE = "llcodec_models"  # the module of llcodec-models, a folder of weights
_ENHANCERS = "enhancers"  # the folder, among the weights, of models that only enhance
_LOOKS = "looks"  # that of looks


def weights_folder() -> Path:
    """Return the folder with the models that came with llcodec itself."""
    return _CHECKOUT if _CHECKOUT.is_dir() and not _INSTALLED.is_dir() else _INSTALLED


def _folders() -> list[Path]:
    """Return all folders with models, that of llcodec itself first."""
    more = find_spec(_MORE)
    return [weights_folder(), *map(Path, (more and more.submodule_search_locations) or ())]


def shipped_codecs() -> dict[str, Path]:
    """Return the weight files of codecs that came with this installation, by name."""
    return _weights_in(".")


def shipped_enhancers() -> dict[str, Path]:
    """Return the weight files of models that only enhance, by name."""
    return _weights_in(_ENHANCERS)


def shipped_looks() -> dict[str, Path]:
    """Return the files of looks that came with this installation, by name."""
    return _weights_in(_LOOKS)


def shipped_files() -> dict[str, Path]:
    """Return all weight files that came with this installation, by name, codecs first.

    Names are unique over all kinds; :func:`check_shipped` checks it.
    """
    found: dict[str, Path] = {}
    for kind in _shipped_kinds().values():
        found |= {k: v for k, v in kind.items() if k not in found}
    return found


def _shipped_kinds() -> dict[str, dict[str, Path]]:
    return {
        "a codec": shipped_codecs(),
        "an enhancer": shipped_enhancers(),
        "a look": shipped_looks(),
    }


def _weights_in(kind: str) -> dict[str, Path]:
    """Return the weight files of one kind, in the order of their names."""
    found: dict[str, Path] = {}
    for folder in reversed(_folders()):
        found |= {file.stem: file for file in (folder / kind).glob("*.safetensors")}
    return dict(sorted(found.items()))


def shipped_file(name: str) -> Path:
    """Return the path of a shipped model.

    Raises UnknownModelError if none has this name.
    """
    files = shipped_files()
    if name not in files:
        check_installed(name)
        known = ", ".join(files) or "none"
        raise UnknownModelError(f"no model {name!r} (shipped: {known})")
    return files[name]


def check_installed(name: str) -> None:
    """Raise UnknownModelError for a model of llcodec-models, if that package is missing.

    The message says how to install it.
    """
    if name in MORE_MODELS and name not in shipped_files():
        raise UnknownModelError(f"the model {name!r} is not installed: {install('models')}")


def check_codec(name: str) -> None:
    """Raise UnknownModelError for a shipped model that is no codec."""
    kinds = [kind for kind, files in _shipped_kinds().items() if name in files]
    if kinds and name not in shipped_codecs():
        raise UnknownModelError(f"the model {name!r} is {kinds[0]}, not a codec")


def check_shipped(path: Path) -> None:
    """Check that a shipped file has the checksum listed beside it, and is named like its model.

    Raises BrokenModelError if not, or if there is no checksum.
    """
    sums = path.with_name(CHECKSUMS)
    lines = sums.read_text("utf-8", "replace").splitlines() if sums.is_file() else []
    wanted = {name.lstrip("* "): digest for digest, _, name in (x.partition(" ") for x in lines)}
    if path.name not in wanted:
        raise BrokenModelError(f"{CHECKSUMS} has no checksum of {path.name}")
    card = read_card(path)
    if card.sha256 != wanted[path.name].lower():
        raise BrokenModelError(f"{path.name} is not the file that shipped: wrong SHA-256")
    kinds = [kind for kind, files in _shipped_kinds().items() if path.stem in files]
    if len(kinds) > 1:
        raise BrokenModelError(f"two models are called {path.stem!r}: {' and '.join(kinds)}")
    if card.name != path.stem:  # files made with it would look for another
        raise BrokenModelError(f"{path.name} calls its model {card.name!r}")
