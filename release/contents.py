"""What the wheels and the source archive contain, and what must and must not be in them."""

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

_WEIGHTS: Final = (
    *("README.md", "SHA256SUMS", "fast-5.safetensors"),
    *("enhancers/SHA256SUMS", "enhancers/nerco-3.safetensors", "enhancers/snr-aware.safetensors"),
    *("looks/SHA256SUMS", "looks/fast-5-look.safetensors"),
)
_MORE_WEIGHTS: Final = (
    *("SHA256SUMS", "enhancers/SHA256SUMS", "enhancers/nerco.safetensors"),
    "enhancers/nerco-2.safetensors",
    *(f"fast{number}.safetensors" for number in ("", "-2", "-3", "-4")),
    *("base.safetensors", "base-2.safetensors"),
    *("looks/SHA256SUMS", "looks/fast-4-look.safetensors"),
)
_GUIDES: Final = ("guides/README.md", "guides/dusk-guide.safetensors")


@dataclass(frozen=True)
class Contents:
    """Patterns (``*`` crosses folders) of what must be in an archive, and all that may be."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]


WHEEL: Final = Contents(
    needed=(
        *("llcodec/__init__.py", "llcodec/py.typed", "llcodec/training/recipes/*.toml"),
        *("llcodec/bench/report/page/*.html", "llcodec/metrics/data/*.npz"),
        "llcodec/sharing/page.html",
        *(f"llcodec/_weights/{name}" for name in _WEIGHTS),
        *("llcodec-*.dist-info/licenses/LICENSE", "llcodec-*.dist-info/entry_points.txt"),
    ),
    allowed=("llcodec/*", "llcodec-*.dist-info/*"),
)

MODELS: Final = Contents(
    needed=(
        *("llcodec_models/__init__.py", "llcodec_models/LICENSE"),
        *(f"llcodec_models/{name}" for name in _MORE_WEIGHTS),
    ),
    allowed=("llcodec_models/*", "llcodec_models-*.dist-info/*"),
)

SOURCES: Final = Contents(
    needed=(
        *("PKG-INFO", "LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "CITATION.cff"),
        *("pyproject.toml", "Makefile", "llcodec/__init__.py", "llcodec/py.typed"),
        *("docs/format.md", "examples/README.md", "examples/*.jpg", "tests/golden/*.llc"),
        *(f"weights/{name}" for name in (*_WEIGHTS, *_GUIDES)),
    ),
    allowed=(
        *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
        *("PKG-INFO", "CITATION.cff", "pyproject.toml", "Makefile", ".gitignore"),
        *("weights/*.md", "weights/*SHA256SUMS", "weights/fast-5.safetensors"),
        "weights/looks/fast-5-look.safetensors",
        *("weights/enhancers/nerco-3.safetensors", "weights/enhancers/snr-aware.safetensors"),
        *("weights/guides/*", "llcodec/*", "docs/*", "examples/*", "tests/*"),
        *("fuzz/*", "measurements/*", "projects/*", "release/*", "website/*"),
    ),
)


def names_in(archive: Path) -> list[str]:
    """Return the names of the files of a wheel, or of a source archive without its first folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return [name for name in wheel.namelist() if not name.endswith("/")]
    with tarfile.open(archive) as sources:
        files = [member.name for member in sources.getmembers() if member.isfile()]
    return [name.partition("/")[2] for name in files]


def faults(names: Iterable[str], contents: Contents) -> Iterator[str]:
    """Yield a line for each file that is missing, and for each that should not be there."""
    present = list(names)
    for pattern in contents.needed:
        if not any(fnmatchcase(name, pattern) for name in present):
            yield f"{pattern} is missing"
    for name in present:
        made = "__pycache__" in name or name.endswith(".pyc")
        if made or not any(fnmatchcase(name, pattern) for pattern in contents.allowed):
            yield f"{name} should not be there"
