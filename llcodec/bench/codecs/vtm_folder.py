"""Finding VTM, the reference software of VVC, which everyone has to build for themselves."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from llcodec.bench.codecs.programs import TIMEOUT, run_program
from llcodec.errors import InputError

VARIABLE = "LLC_VTM_DIR"
"""The environment variable that names VTM's folder when nothing else does."""

_CONFIGURATION = "encoder_intra_vtm.cfg"
_VERSION = re.compile(rb"VTM Encoder Version (\S+)")


@dataclass(frozen=True)
class Vtm:
    """The two programs and the configuration for single pictures."""

    encoder: Path
    decoder: Path
    configuration: Path

    def version(self, timeout: float = TIMEOUT) -> str:
        """Return the version that the encoder says it has.

        Raises InputError if it fails, or does not say it within ``timeout`` seconds.
        """
        said = _VERSION.search(run_program([str(self.encoder), "--help"], timeout=timeout))
        return said[1].decode() if said else "unknown"

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of all three files, by what they are."""
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in (
                ("encoder", self.encoder),
                ("decoder", self.decoder),
                ("configuration", self.configuration),
            )
        }


def find_vtm(folder: Path | None = None) -> Vtm:
    """Return what is in VTM's folder: its source tree after a build, or what was copied of it.

    Args:
        folder: where to look; by default what ``LLC_VTM_DIR`` says.

    Raises InputError that says what is missing.
    """
    named = os.environ.get(VARIABLE)
    if folder is None and named:
        folder = Path(named)
    if folder is None:
        raise InputError(
            "VTM is not at hand: build it, and name its folder with --vtm or "
            f"{VARIABLE} (EncoderAppStatic, DecoderAppStatic and cfg/{_CONFIGURATION})"
        )
    return Vtm(
        encoder=_program(folder, "EncoderApp"),
        decoder=_program(folder, "DecoderApp"),
        configuration=_first(
            folder,
            _CONFIGURATION,
            (f / _CONFIGURATION for f in (folder / "cfg", folder, folder.parent / "cfg")),
        ),
    )


def _program(folder: Path, name: str) -> Path:
    names = (f"{name}Static", name, f"{name}Static.exe", f"{name}.exe")
    return _first(folder, name, (place / n for place in _places(folder) for n in names))


def _places(folder: Path) -> Iterator[Path]:
    yield from (folder, folder / "bin")
    # Where VTM's own build leaves them on some systems: bin/umake/COMPILER/PROCESSOR/release.
    yield from sorted((folder / "bin" / "umake").glob("*/*/release"))


def _first(folder: Path, what: str, candidates: Iterator[Path]) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    raise InputError(f"{folder} holds no {what}: it is not a folder of VTM with its programs built")
