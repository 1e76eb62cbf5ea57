"""Where pages take the viewer from: a published folder, or files that they hold themselves.

The folder is ``dist/page`` of the npm package ``@llcodec/decode``: ``viewer.js``, ONNX Runtime for
browsers, and the shipped codecs as models for the web.
"""

import base64
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from llcodec._reading import read_path
from llcodec._shipped import check_installed
from llcodec._version import __version__
from llcodec.codec.models import load_model, shipped_models
from llcodec.codec.weights import ModelFile
from llcodec.container import Header
from llcodec.errors import InputError, LlcError, WrongModelError
from llcodec.sharing.web_model import SUFFIX, web_model

PUBLIC: Final = f"https://cdn.jsdelivr.net/npm/@llcodec/decode@{__version__}/dist/page/"
"""The folder of the library of this version, where npm packages can be loaded from."""

PUBLISHED: bool = False
"""Whether this version of the npm package is published; :data:`PUBLIC` has no files before."""

VIEWER: Final = "viewer.js"
_RUNTIME: Final = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")


@dataclass(frozen=True)
class Held:
    """A file that a page holds itself.

    Attributes:
        name: under which the viewer looks for it.
        text: its bytes in base64.
        gzipped: whether they are compressed.
    """

    name: str
    text: str
    gzipped: bool

    @staticmethod
    def of(name: str, data: bytes, *, compress: bool = False) -> "Held":
        """Return a file as pages hold it."""
        packed = gzip.compress(data, mtime=0) if compress else data
        return Held(name, base64.b64encode(packed).decode("ascii"), compress)


class Library(Protocol):
    """Where a page takes the viewer, ONNX Runtime and the model from."""

    @property
    def url(self) -> str | None:
        """The folder that the page loads files from; None if it loads nothing."""

    def script(self) -> str | None:
        """Return the viewer as text; None if the page loads it."""

    def files_for(self, header: Header) -> tuple[Held, ...]:
        """Return what the page of a file must hold besides it.

        Raises:
            LlcError: if the page could not show the file.
        """


@dataclass(frozen=True)
class Linked:
    """A folder on the web. Implements :class:`Library`.

    Attributes:
        url: of the folder.
    """

    url: str = PUBLIC

    def script(self) -> str | None:
        """Return None."""
        return None

    def files_for(self, header: Header) -> tuple[Held, ...]:
        """Return nothing.

        Raises:
            WrongModelError: if the file was not made with a shipped codec.
            UnknownModelError: if its model is not installed.
        """
        name = header.model_name
        check_installed(name)
        if name not in shipped_models() or load_model(name).short_hash != header.model_hash:
            raise WrongModelError(
                f"the model {name} {header.model_hash.hex()} is not one of those that pages can "
                "load: use --standalone, with --model PATH"
            )
        return ()


class Standalone:
    """A folder on this machine, whose files pages hold. Implements :class:`Library`.

    Args:
        folder: of the library.
        model: the name of a shipped codec or the path of a weight file; None for the shipped codec
            that a file names.
        detail: of the pictures that pages show, from 0 to 1.
        look: the path of the look for ``detail``; by default, the shipped one of the model.

    Raises:
        InputError: if a file of the library is missing.
    """

    url: Final = None

    def __init__(
        self,
        folder: Path,
        model: str | None = None,
        detail: float = 0.0,
        look: str | None = None,
    ) -> None:
        self._script = _library_file(folder, VIEWER).decode("utf-8")
        self._runtime = tuple(
            Held.of(name, _library_file(folder, name), compress=True) for name in _RUNTIME
        )
        self._model, self._detail, self._look = model, detail, look
        self._models: dict[str, ModelFile] = {}
        self._held: dict[str, Held] = {}

    def script(self) -> str | None:
        """Return the viewer."""
        return self._script

    def files_for(self, header: Header) -> tuple[Held, ...]:
        """Return ONNX Runtime and the model of a file.

        Raises:
            LlcError: if there is no such model or look, or if the file was made with another one.
        """
        name = self._model or header.model_name
        if name not in self._held:
            self._models[name] = load_model(name)
            held_as = f"{self._models[name].name}{SUFFIX}"
            data = web_model(self._models[name], self._detail, self._look)
            self._held[name] = Held.of(held_as, data, compress=True)
        file = self._models[name]
        if (file.name, file.short_hash) != (header.model_name, header.model_hash):
            raise WrongModelError(
                f"the file needs the model {header.model_name} {header.model_hash.hex()}, not "
                f"{file.name} {file.short_hash.hex()}: give the path of the weight file that it "
                "was made with (--model)"
            )
        return (*self._runtime, self._held[name])


def _library_file(folder: Path, name: str) -> bytes:
    try:
        return read_path(folder / name)
    except LlcError as error:
        raise InputError(
            f"{folder} is not the folder of the viewer: {name} {error}; it is dist/page of the "
            "npm package @llcodec/decode"
        ) from error
