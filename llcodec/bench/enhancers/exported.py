"""Published networks, run without their code from exported files.

Such a file is ONNX, TorchScript, or a program of ``torch.export``. Its network takes 1×3×H×W
float32 RGB in [0, 1] and returns the same. ONNX files run without PyTorch.
"""

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from llcodec._arrays import Pixels
from llcodec._extras import require, versions_of
from llcodec._failures import in_one_line
from llcodec._windows import Span, Window, crossed, spans
from llcodec.bench.interfaces import EnhancerSettings, Parameter
from llcodec.errors import BrokenModelError, InputError, UnknownModelError

if TYPE_CHECKING:
    import torch

    TorchNetwork: TypeAlias = Callable[[torch.Tensor], Any]

Planes: TypeAlias = NDArray[np.float32]
"""1×3×H×W, RGB in [0, 1]."""

_SETTINGS = re.compile(r"((?:,(?:multiple|tile)=\d+)*)\Z")
_HALO = 32  # the largest halo of a tile, in pixels
_HALO_SHARE = 8  # the smallest ratio of the side of a tile to its halo
_FLOAT = "tensor(float)"  # as ONNX Runtime calls the type
_ERRORS_ONLY = 3  # a log level of ONNX Runtime
_PROGRAM = ".pt2"


@dataclass(frozen=True)
class ExportedFile:
    """The parsed form of ``FILE,multiple=N,tile=N``.

    Attributes:
        path: of the file.
        multiple: the number that both sides of the input of the network must be multiples of.
        tile: the longest side of the input of the network; None for complete pictures.
    """

    path: Path
    multiple: int = 1
    tile: int | None = None

    def read(self) -> bytes:
        """Return the file's contents. Raises UnknownModelError if it cannot be read."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise UnknownModelError(f"{self.path}: {error.strerror or error}") from error


def exported_file(text: str) -> ExportedFile:
    """Parse ``FILE`` with settings after commas.

    Raises InputError if a setting is zero or given twice, or if ``tile`` is not a multiple of
    ``multiple``.
    """
    match = _SETTINGS.search(text)
    assert match is not None  # the pattern also matches the empty string
    words = [word.partition("=")[::2] for word in match[1].split(",")[1:]]
    settings = {name: int(number) for name, number in words}
    if len(settings) < len(words) or 0 in settings.values():
        raise InputError(
            f"settings of {text!r}: multiple and tile must be at least 1, each given at most once"
        )
    multiple, tile = settings.get("multiple", 1), settings.get("tile")
    if tile is not None and tile % multiple:
        raise InputError(f"settings of {text!r}: {tile} is not a multiple of {multiple}")
    return ExportedFile(Path(text[: match.start()]), multiple, tile)


@dataclass(frozen=True)
class LoadedNetwork:
    """A network that was loaded from a file.

    Attributes:
        run: applies the network to a picture.
        versions: of the libraries that run it.
        sides: height and width of its input, if they are fixed.
        device: on which it runs.
    """

    run: Callable[[Planes], object]
    versions: Mapping[str, str]
    sides: tuple[int, int] | None = None
    device: str = "cpu"


class ExportedEnhancer:
    """An enhancer from an exported file.

    Pictures are padded on the right and at the bottom by repeating edges, and cropped afterwards.
    Tiles have a halo of neighbouring pixels that is cropped. Tiling is exact for networks whose
    receptive field is within the halo; it changes the result of networks that use global
    information.

    Args:
        kind: ``onnx`` or ``torch``, the first part of its name in results.
        file: the file, and how to use it.
        load: makes a network from the name and the contents of the file.

    Raises UnknownModelError if the file cannot be read, InputError if ``file`` has settings for a
    network with a fixed size, and the errors of ``load``.
    """

    def __init__(
        self, kind: str, file: ExportedFile, load: Callable[[str, bytes], LoadedNetwork]
    ) -> None:
        self.name = f"{kind}-{file.path.stem}"
        self._file = file
        data = file.read()
        self._digest = sha256(data).hexdigest()
        self._network = load(str(file.path), data)
        sides = self._network.sides
        if sides is not None and (file.tile is not None or file.multiple > 1):
            raise InputError(
                f"{file.path} takes pictures of {sides[1]}×{sides[0]} pixels only: leave out tile "
                "and multiple, tiles of this size are used automatically"
            )

    def settings(self) -> EnhancerSettings:
        """Return the name and checksum of the file, and how pictures are padded and tiled."""
        sides, tile = self._network.sides, self._file.tile
        height, width = sides or (tile, tile)
        parameters: dict[str, Parameter] = {
            "file": self._file.path.name,
            "multiple": self._file.multiple,
            "tiles": "none" if height is None else f"{width}×{height}",
            "padding": "edges repeated",
            "device": self._network.device,
        }
        return EnhancerSettings({**self._network.versions, "SHA-256": self._digest}, parameters)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the enhanced picture, H×W×3.

        Raises InputError if the network fails, or does not return a picture of the same size.
        """
        made = np.empty_like(pixels)
        for window in self._windows(*pixels.shape[:2]):
            rows, columns = window.rows, window.columns
            values = self._through(pixels[rows.outer, columns.outer])
            values = values[rows.inner, columns.inner]
            made[rows.core, columns.core] = np.clip(np.rint(values * 255), 0, 255)
        return made

    def _windows(self, height: int, width: int) -> Iterator[Window]:
        tile = self._file.tile
        limits = self._network.sides or (tile or height, tile or width)
        return crossed(_cut(height, limits[0]), _cut(width, limits[1]))

    def _through(self, pixels: Pixels) -> Planes:
        """Return the output of the network for h×w×3 pixels: h×w×3 values."""
        height, width = pixels.shape[:2]
        down, right = self._padding(height, width)
        padded = np.pad(pixels, ((0, down), (0, right), (0, 0)), "edge")
        planes = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
        try:
            made = np.asarray(self._network.run(planes))
        except Exception as error:  # libraries and operators raise errors of many classes
            raise InputError(
                f"{self._file.path} failed with {planes.shape[3]}×{planes.shape[2]} pixels "
                f"({in_one_line(error)}); if sides must be multiples of a number, say so: "
                f"{self._file.path.name},multiple=32"
            ) from error
        if made.shape != planes.shape or not np.isfinite(made).all():
            shape = "×".join(map(str, made.shape))
            what = "is not finite" if made.shape == planes.shape else f"has the shape {shape}"
            size = f"{planes.shape[3]}×{planes.shape[2]} pixels"
            raise InputError(f"the output of {self._file.path} for {size} {what}")
        values: Planes = made[0, :, :height, :width].transpose(1, 2, 0)
        return values

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        """Return the number of rows and columns to pad."""
        if self._network.sides is not None:
            return self._network.sides[0] - height, self._network.sides[1] - width
        return -height % self._file.multiple, -width % self._file.multiple


def _cut(side: int, limit: int) -> tuple[Span, ...]:
    """Return spans of at most ``limit`` pixels, including their halos."""
    if side <= limit:
        return spans(0, side, side, count=1, halo=0)
    halo = min(_HALO, limit // _HALO_SHARE)
    core = limit - 2 * halo
    return spans(0, side, side, count=-(-side // core), halo=halo)


def load_onnx(name: str, data: bytes) -> LoadedNetwork:
    """Return the network of an ONNX file, which must contain its weights.

    It uses as many threads as PyTorch, if PyTorch is loaded.

    Args:
        name: of the file, for messages.
        data: the contents of the file.

    Raises:
        InputError: if ONNX Runtime is not installed.
        BrokenModelError: if the file cannot be loaded, or does not map one picture to one picture.
    """
    runtime = require("onnxruntime", "bench")
    options = runtime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    torch = sys.modules.get("torch")  # not imported here, because peak memory is measured
    options.intra_op_num_threads = 0 if torch is None else torch.get_num_threads()
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of ONNX Runtime have no common class
        raise BrokenModelError(
            f"{name} cannot be loaded: it is not an ONNX file, or its weights are in another file "
            f"({in_one_line(error)})"
        ) from error
    source, target = _only(name, "input", session.get_inputs()), session.get_outputs()
    _only(name, "output", target)
    sides = _sides(name, source)

    def run(planes: Planes) -> object:
        return session.run(None, {source.name: planes})[0]

    return LoadedNetwork(run, versions_of("onnxruntime"), sides)


def _only(name: str, what: str, found: list[Any]) -> Any:
    """Return the only input or output. Raises BrokenModelError unless it is one of float32."""
    if len(found) != 1 or found[0].type != _FLOAT:
        types = ", ".join(f"{one.name} {one.type}" for one in found) or "none"
        raise BrokenModelError(f"{name}: the {what} must be a single {_FLOAT}, not {types}")
    return found[0]


def _sides(name: str, source: Any) -> tuple[int, int] | None:
    """Return the fixed sides of an input; None if both are free.

    Raises BrokenModelError if it is not 1×3×H×W, or if only one of the sides is fixed.
    """
    shape = list(source.shape)
    sides = [side for side in shape[2:] if isinstance(side, int)]
    fits = len(shape) == 4 and _may_be(shape[0], 1) and _may_be(shape[1], 3)
    if not fits or len(sides) == 1:
        raise BrokenModelError(f"{name}: the input must be 1×3×H×W, not {shape}")
    return (sides[0], sides[1]) if sides else None


def _may_be(size: object, wanted: int) -> bool:
    """Return whether a size is free (a name or None), or equal to the one that is wanted."""
    return not isinstance(size, int) or size == wanted


def load_torch(name: str, data: bytes, device: str = "cpu") -> LoadedNetwork:
    """Return the network of a TorchScript file or of a program of ``torch.export``.

    Such a file is a program that can do whatever PyTorch's operators can. Load files only from
    people whom you trust.

    Args:
        name: of the file; one that ends in ``.pt2`` is a program of ``torch.export``, any other is
            TorchScript.
        data: the contents of the file.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises:
        BrokenModelError: if the file cannot be loaded.
        InputError: if there is no such device.
    """
    import torch

    from llcodec.engine.torch_device import torch_device

    place = torch_device(device)
    load = _load_program if name.lower().endswith(_PROGRAM) else _load_script
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript is deprecated
            network = load(data, place)
    except (
        Exception
    ) as error:  # zip, pickle, and PyTorch's C++ code and compiler raise many classes
        raise BrokenModelError(f"{name} cannot be loaded ({in_one_line(error)})") from error
    return LoadedNetwork(
        partial(_run_torch, network, place), {"torch": torch.__version__}, device=place.type
    )


def _load_program(data: bytes, device: "torch.device") -> "TorchNetwork":
    import torch

    return torch.export.load(BytesIO(data)).module().to(device)


def _load_script(data: bytes, device: "torch.device") -> "TorchNetwork":
    import torch

    load: Callable[..., TorchNetwork] = torch.jit.load
    return load(BytesIO(data), map_location=device)


def _run_torch(network: "TorchNetwork", device: "torch.device", planes: Planes) -> object:
    import torch

    with torch.inference_mode():
        made = network(torch.from_numpy(planes).to(device))
    if not isinstance(made, torch.Tensor):
        raise TypeError(f"it returns a {type(made).__name__}, not one tensor")
    return made.float().cpu().numpy()
