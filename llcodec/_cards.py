"""What weight files say about themselves, without loading them (and without PyTorch).

A safetensors file begins with the length of a JSON object, 8 bytes little-endian, and the object:
the shapes of all tensors, and the card that ``llcodec._weight_files`` writes among the metadata.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from llcodec.errors import BrokenModelError, UnknownModelError

CODEC_FORMAT = "llcodec-model-1"
NERCO_FORMAT = "llcodec-nerco-1"
SNR_AWARE_FORMAT = "llcodec-snr-aware-1"

Kind = Literal["codec", "enhancer"]
"""What a model is for. (A codec enhances as well.)"""

CHECKSUMS = "SHA256SUMS"  # beside the shipped models, as sha256sum writes it
_MAX_HEADER = 100_000_000  # bytes; safetensors allows no more
_PACKAGE = Path(__file__).resolve().parent
# Installed, the weights lie inside the package; in a checkout, beside it.
_FOLDERS = (_PACKAGE / "_weights", _PACKAGE.parent / "weights")
_ENHANCERS = "enhancers"  # the folder, among the weights, of models that only enhance
_KINDS: dict[object, Kind] = {
    CODEC_FORMAT: "codec",
    NERCO_FORMAT: "enhancer",
    SNR_AWARE_FORMAT: "enhancer",
}
_WEIGHTS = ("weight", "bias")  # of the integer networks; the floats' tensors all count


@dataclass(frozen=True)
class Card:
    """What a weight file says about itself.

    Attributes:
        name: of the model; that of a codec stands in the headers of .llc files.
        kind: what the model is for.
        preset: the name of the preset that its networks are built from.
        size: the whole file, in bytes.
        sha256: of the whole file, 64 hexadecimal digits.
        parameters: of all networks; probability tables do not count.
        notes: free texts of whoever trained it: steps, hours, exported (a date), and others.
    """

    name: str
    kind: Kind
    preset: str
    size: int
    sha256: str
    parameters: int
    notes: Mapping[str, str]


def weights_folder() -> Path:
    """Return the folder with the models that came with this installation."""
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])


def shipped_codecs() -> dict[str, Path]:
    """Return the weight files of codecs that came with this installation, by name."""
    return _weights_in(weights_folder())


def shipped_enhancers() -> dict[str, Path]:
    """Return the weight files of models that only enhance, by name."""
    return _weights_in(weights_folder() / _ENHANCERS)


def shipped_files() -> dict[str, Path]:
    """Return all weight files that came with this installation, by name, codecs first.

    Names are unique over both kinds; :func:`check_shipped` sees to it.
    """
    codecs = shipped_codecs()
    return codecs | {k: v for k, v in shipped_enhancers().items() if k not in codecs}


def _weights_in(folder: Path) -> dict[str, Path]:
    return {file.stem: file for file in sorted(folder.glob("*.safetensors"))}


def shipped_file(name: str) -> Path:
    """Return the path of a shipped model.

    Raises UnknownModelError if none has this name.
    """
    files = shipped_files()
    if name not in files:
        known = ", ".join(files) or "none"
        raise UnknownModelError(f"no model {name!r} (shipped: {known})")
    return files[name]


def read_card(path: Path) -> Card:
    """Return what a weight file says about itself.

    Raises UnknownModelError if there is no such file, BrokenModelError if its head cannot be
    read. The weights are not looked at, except for their checksum.
    """
    with _reading(path):
        head = _head(path)
        card = take_card(head)
        return Card(
            name=str(card["name"]),
            kind=_KINDS[card["format"]],
            preset=str(card["preset"]["name"]),
            size=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            parameters=sum(_parameters(key, tensor["shape"]) for key, tensor in head.items()),
            notes={str(key): str(value) for key, value in card["notes"].items()},
        )


def read_kind(path: Path) -> Kind:
    """Return what the model of a weight file is for; raises as :func:`read_card` does."""
    return _KINDS[read_format(path)]


def read_format(path: Path) -> str:
    """Return the format that the card of a weight file names, one of those that are known.

    Raises as :func:`read_card` does.
    """
    with _reading(path):
        named = str(take_card(_head(path))["format"])
        _ = _KINDS[named]
        return named


def stored_card(path: Path) -> dict[str, Any]:
    """Return the card of any file that ``llcodec._weight_files`` writes, as it stands there.

    Raises as :func:`read_card` does.
    """
    with _reading(path):
        return take_card(_head(path))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn whatever the head of a file lacks into an error of ours."""
    if not path.is_file():
        raise UnknownModelError(f"{path}: no such weight file")
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BrokenModelError(f"{path}: not a weight file of llcodec, or damaged") from error
    except OSError as error:
        raise BrokenModelError(f"{path}: cannot be read: {error.strerror or error}") from error


def check_shipped(path: Path) -> None:
    """See that a shipped file is the one whose checksum lies beside it, and goes by its own name.

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
    if path.stem in shipped_codecs() and path.stem in shipped_enhancers():
        raise BrokenModelError(f"two models are called {path.stem!r}: a codec and an enhancer")
    if card.name != path.stem:  # files made with it would look for another
        raise BrokenModelError(f"{path.name} calls its model {card.name!r}")


def take_card(head: dict[str, Any]) -> dict[str, Any]:
    """Take the card out of the head of a file: what is left of it are tensors.

    Raises LookupError, TypeError or ValueError if there is none.
    """
    card = json.loads(head.pop("__metadata__")["llcodec"])
    if not isinstance(card, dict):
        raise TypeError("the card is no object")
    return card


def _head(path: Path) -> dict[str, Any]:
    """Return the JSON object that a safetensors file begins with."""
    with path.open("rb") as file:
        return read_head(file, path.stat().st_size)


def read_head(file: BinaryIO, size: int) -> dict[str, Any]:
    """Return the JSON object at the beginning of a safetensors file of ``size`` bytes.

    Raises ValueError or TypeError if there is none.
    """
    length = int.from_bytes(file.read(8), "little")
    if length > min(_MAX_HEADER, size):
        raise ValueError("the head is longer than the file")
    head = json.loads(file.read(length))
    if not isinstance(head, dict):
        raise TypeError("the head is no object")
    return head


def _parameters(key: str, shape: list[int]) -> int:
    """Return how many parameters a tensor holds: shifts, starts and tables are none."""
    kind, _, rest = key.partition(".")
    counts = kind == "float" or (kind == "integer" and rest.rpartition(".")[2] in _WEIGHTS)
    return math.prod(shape) if counts else 0
