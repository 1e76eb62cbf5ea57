"""Published networks without their code: exported files that map a picture to a picture.

Such a file is ONNX, TorchScript, or a program of ``torch.export``. Its network takes 1×3×H×W
float32 RGB in [0, 1] and returns the same. ONNX files are run without PyTorch.
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
_HALO = 32  # pixels that tiles share with each neighbour, at most
_HALO_SHARE = 8  # … and at most one of so many parts of a tile's side
_FLOAT = "tensor(float)"  # as ONNX Runtime calls the type
_ERRORS_ONLY = 3  # ONNX Runtime's level of what it writes to stderr
_PROGRAM = ".pt2"


@dataclass(frozen=True)
class ExportedFile:
    """What ``FILE,multiple=N,tile=N`` says.

    Attributes:
        path: of the file.
        multiple: both sides of what the network gets are multiples of it.
        tile: the longest side of what the network gets; None for whole pictures.
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
    """Return what a text says, ``FILE`` with settings after commas.

    Raises InputError if a setting is zero or given twice, or if tiles are no multiples.
    """
    match = _SETTINGS.search(text)
    assert match is not None  # the pattern matches nothing, too
    words = [word.partition("=")[::2] for word in match[1].split(",")[1:]]
    settings = {name: int(number) for name, number in words}
    if len(settings) < len(words) or 0 in settings.values():
        raise InputError(f"settings of {text!r}: multiple and tile are from 1, each at most once")
    multiple, tile = settings.get("multiple", 1), settings.get("tile")
    if tile is not None and tile % multiple:
        raise InputError(f"settings of {text!r}: {tile} is not a multiple of {multiple}")
    return ExportedFile(Path(text[: match.start()]), multiple, tile)


@dataclass(frozen=True)
class LoadedNetwork:
    """A network that was loaded from a file.

    Attributes:
        run: makes a picture of a picture.
        versions: of the libraries that run it.
        sides: height and width, if it takes no others.
        device: where it runs.
    """

    run: Callable[[Planes], object]
    versions: Mapping[str, str]
    sides: tuple[int, int] | None = None
    device: str = "cpu"


class ExportedEnhancer:
    """An enhancer that a file holds.

    Pictures are padded at the right and the bottom, edges repeated, and cropped afterwards. In
    tiles, each has a halo of neighbouring pixels that is cut off: exact for networks that look no
    further than that, and another picture for those that look at all of it.

    Args:
        kind: ``onnx`` or ``torch``, the first part of its name in results.
        file: the file, and how to use it.
        load: makes a network of the file's contents.

    Raises UnknownModelError if the file cannot be read, InputError if ``file`` does not fit a
    network that takes one size only, and as ``load`` does.
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
                f"{file.path} takes pictures of {sides[1]}×{sides[0]} pixels only: it gets such "
                "tiles without being told"
            )

    def settings(self) -> EnhancerSettings:
        """Return the file's name and checksum, and how pictures are padded and cut."""
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

        Raises InputError if the network fails, or if what it returns is no picture of this size.
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
        """Return what the network makes of h×w×3 pixels: h×w×3 values."""
        height, width = pixels.shape[:2]
        down, right = self._padding(height, width)
        padded = np.pad(pixels, ((0, down), (0, right), (0, 0)), "edge")
        planes = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
        try:
            made = np.asarray(self._network.run(planes))
        except Exception as error:  # each library, and each operator, raises errors of its own
            raise InputError(
                f"{self._file.path} failed with {planes.shape[3]}×{planes.shape[2]} pixels "
                f"({in_one_line(error)}); sides that it takes can be told: "
                f"{self._file.path.name},multiple=32"
            ) from error
        if made.shape != planes.shape or not np.isfinite(made).all():
            shape = "×".join(map(str, made.shape))
            what = "not finite" if made.shape == planes.shape else f"{shape} numbers"
            size = f"{planes.shape[3]}×{planes.shape[2]} pixels"
            raise InputError(f"what {self._file.path} made of {size} is {what}")
        values: Planes = made[0, :, :height, :width].transpose(1, 2, 0)
        return values

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        """Return how many rows and columns are missing."""
        if self._network.sides is not None:
            return self._network.sides[0] - height, self._network.sides[1] - width
        return -height % self._file.multiple, -width % self._file.multiple


def _cut(side: int, limit: int) -> tuple[Span, ...]:
    """Return spans whose outer edges are at most ``limit`` apart."""
    if side <= limit:
        return spans(0, side, side, count=1, halo=0)
    halo = min(_HALO, limit // _HALO_SHARE)
    core = limit - 2 * halo
    return spans(0, side, side, count=-(-side // core), halo=halo)


def load_onnx(name: str, data: bytes) -> LoadedNetwork:
    """Return the network of an ONNX file's contents, which must hold its weights as well.

    It uses as many threads as PyTorch, where that is loaded.

    Args:
        name: of the file, for messages.
        data: its contents.

    Raises:
        InputError: if ONNX Runtime is not installed.
        BrokenModelError: if the file cannot be loaded, or maps something else than one picture to
            one picture.
    """
    runtime = require("onnxruntime", "bench")
    options = runtime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    torch = sys.modules.get("torch")  # not imported for this: memory is measured
    options.intra_op_num_threads = 0 if torch is None else torch.get_num_threads()
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common class
        raise BrokenModelError(
            f"{name} cannot be loaded: it is no ONNX file, or its weights are in another file "
            f"({in_one_line(error)})"
        ) from error
    source, target = _only(name, "input", session.get_inputs()), session.get_outputs()
    _only(name, "output", target)
    sides = _sides(name, source)

    def run(planes: Planes) -> object:
        return session.run(None, {source.name: planes})[0]

    return LoadedNetwork(run, versions_of("onnxruntime"), sides)


def _only(name: str, what: str, found: list[Any]) -> Any:
    """Return the only input or output. Raises BrokenModelError unless it is one, of floats."""
    if len(found) != 1 or found[0].type != _FLOAT:
        types = ", ".join(f"{one.name} {one.type}" for one in found) or "none"
        raise BrokenModelError(f"{name}: the {what} must be a single {_FLOAT}, not {types}")
    return found[0]


def _sides(name: str, source: Any) -> tuple[int, int] | None:
    """Return the sides that an input is fixed to; None if both are free.

    Raises BrokenModelError if it is not 1×3×H×W, or if only one of the sides is fixed.
    """
    shape = list(source.shape)
    sides = [side for side in shape[2:] if isinstance(side, int)]
    fits = len(shape) == 4 and _may_be(shape[0], 1) and _may_be(shape[1], 3)
    if not fits or len(sides) == 1:
        raise BrokenModelError(f"{name}: the input must be 1×3×H×W, not {shape}")
    return (sides[0], sides[1]) if sides else None


def _may_be(size: object, wanted: int) -> bool:
    """Return whether a size is free (a name, or nothing), or the one that is wanted."""
    return not isinstance(size, int) or size == wanted


def load_torch(name: str, data: bytes, device: str = "cpu") -> LoadedNetwork:
    """Return the network of a file's contents.

    The file is a program, which can do whatever PyTorch's operators can: load only those of
    people that you trust.

    Args:
        name: of the file; one that ends in ``.pt2`` is a program of ``torch.export``, all others
            are TorchScript.
        data: its contents.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises:
        BrokenModelError: if the file cannot be loaded.
        InputError: if there is no such device.
    """
    import torch

    from llcodec._device import choose_device

    place = choose_device(device)
    load = _load_program if name.lower().endswith(_PROGRAM) else _load_script
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript as a whole
            network = load(data, place)
    except Exception as error:  # of zip, pickle, PyTorch's C++ and its compiler
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
