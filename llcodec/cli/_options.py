"""Options that commands share."""

import math
from enum import StrEnum
from typing import Annotated

import typer

from llcodec import _threads
from llcodec._file_sizes import parse_size
from llcodec._limits import MAX_PIXELS
from llcodec.cli._help import CODECS, ENHANCERS
from llcodec.cli._regions import Box, parse_region

DEFAULT_MAX_PIXELS = MAX_PIXELS
LLC_SUFFIXES = frozenset({".llc"})


class Device(StrEnum):
    """Where the float transforms run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"
    directml = "directml"
    coreml = "coreml"


class Engine(StrEnum):
    """The library that runs the networks."""

    auto = "auto"
    onnx = "onnx"
    torch = "torch"


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _region(text: str) -> Box:
    try:
        return parse_region(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise typer.BadParameter(f"{text!r} is not a number above 0")
    return rate


def _between(low: float, high: float, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise typer.BadParameter(f"{text!r} is not a number from {low:g} to {high:g}")
    return value


Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        show_default=False,
        help="Images, folders of images, quoted globs, or - for standard input.",
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help=".llc files, folders of them, quoted globs, or - for standard input.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        show_default=False,
        help="A file for one input, a folder for several or if it ends with /, or - for standard "
        "output. By default, outputs go beside their inputs.",
    ),
]
Quality = Annotated[
    float | None,
    typer.Option(
        "-q",
        "--quality",
        parser=lambda text: _between(1, 8, text),
        metavar="1...8",
        show_default="4.0",
        help="Quality: any real number.",
    ),
]
TargetBpp = Annotated[
    float | None,
    typer.Option(
        parser=_rate,
        metavar="BPP",
        show_default=False,
        help="Best quality with at most this many bits per pixel.",
    ),
]
TargetSize = Annotated[
    int | None,
    typer.Option(
        parser=_size,
        metavar="SIZE",
        show_default=False,
        help="Best quality with at most this file size: 40kB, 40000, 1.5MB or 40KiB.",
    ),
]
Effort = Annotated[
    int,
    typer.Option(
        min=0,
        max=9,
        metavar="0...9",
        help="Search longer for a better image: 3 takes about 10 times as long, 9 about 60 times.",
    ),
]
Strip = Annotated[
    bool, typer.Option("--strip", help="Drop EXIF, XMP, colour profile, resolution and texts.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        show_default=False,
        help="png, jpg, webp, tif, ... By default, what the name of OUT says, or png.",
    ),
]
PictureFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        show_default=False,
        help="png, jpg, webp, tif, ... By default, what the name of OUT says, or the format of "
        "the input if it keeps colours and metadata, or png.",
    ),
]
EnhancedOutput = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        show_default=False,
        help="A file for one input, a folder for several, or - for standard output. "
        "By default, NAME-enhanced beside NAME.",
    ),
]
Strength = Annotated[
    float,
    typer.Option(
        parser=lambda text: _between(0, 1, text),
        metavar="0...1",
        help="From the input as it is (0) to fully enhanced (1).",
    ),
]
Region = Annotated[
    Box | None,
    typer.Option(
        parser=_region,
        metavar="X,Y,W,H",
        show_default=False,
        help="Decode only this part, in pixels, and only the tiles that it needs.",
    ),
]
MaxSize = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        show_default=False,
        help="Scale down so that no side is longer than N pixels. A quarter of the size or less "
        "is decoded several times faster.",
    ),
]
Partial = Annotated[
    bool,
    typer.Option(
        "--partial",
        help="Read truncated images as far as they go; the rest is blank, and the exit code is 3.",
    ),
]
KeepTime = Annotated[
    bool,
    typer.Option("--keep-time", "-p", help="Give outputs the times of their inputs, as cp -p."),
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage",
        help="Recover the intact tiles of a damaged file; lost ones are grey and listed, and the "
        "exit code is 3.",
    ),
]
TileSize = Annotated[
    int | None,
    typer.Option(
        "--tile",
        metavar="N",
        show_default="2048",
        help="Side of the tiles that decode independently: a multiple of 64 pixels.",
    ),
]
AsShot = Annotated[
    bool,
    typer.Option("--as-shot", help="Show the photograph as dark as it was shot: --brightness 0."),
]
Brightness = Annotated[
    float | None,
    typer.Option(
        parser=lambda text: _between(0, 2, text),
        metavar="0...2",
        show_default="1",
        help="From the photograph as shot (0) to the bright one (1); 2 brightens by twice as many "
        "stops.",
    ),
]
Exposure = Annotated[
    float,
    typer.Option(
        parser=lambda text: _between(-4, 4, text),
        metavar="STOPS",
        show_default=False,
        help="Brighten (+0.5) or darken (-1) by stops, from -4 to 4; +1 doubles the light.",
    ),
]
BlackPoint = Annotated[
    float,
    typer.Option(
        parser=lambda text: _between(0, 64, text),
        metavar="0...64",
        show_default=False,
        help="Level of the output, of 255, that is made black, where night looks grey. White stays "
        "white.",
    ),
]
Detail = Annotated[
    float | None,
    typer.Option(
        parser=lambda text: _between(0, 1, text),
        metavar="0...1",
        show_default="0",
        help="From the image with the smallest error (0) to the look of the model (1), with more "
        "texture.",
    ),
]
Look = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        show_default=False,
        help="Look for --detail (.safetensors), instead of the shipped one of the model.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        show_default=False,
        help=f"A shipped model ({CODECS}) or a weight file (.safetensors).",
    ),
]
EnhancingModel = Annotated[
    str,
    typer.Option(
        metavar="NAME|PATH",
        help=f"joint (the network of the codec), {ENHANCERS}, or a weight file (.safetensors) of "
        "an enhancer or a codec.",
    ),
]
DeviceName = Annotated[
    Device, typer.Option(help="Where the networks run. Entropy coding always runs on the CPU.")
]


EngineName = Annotated[
    Engine,
    typer.Option(
        help="What runs the networks: ONNX Runtime or PyTorch. auto is ONNX Runtime, unless only "
        "PyTorch has the device."
    ),
]


def _announced(number: int | None) -> int | None:
    """Announce the number of threads now: commands import NumPy later."""
    if number is not None:
        _threads.announce_threads(number)
    return number


Threads = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        show_default=False,
        help="CPU threads of each process. By default, one per core, shared among processes.",
        callback=_announced,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="Files in work at once, each in a process of its own, which loads the model.",
    ),
]
OutputQuality = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=100,
        metavar="0...100",
        show_default="JPEG 95, AVIF 90, WebP lossless",
        help="Quality of JPEG, WebP and AVIF.",
    ),
]
PngLevel = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=9,
        metavar="0...9",
        show_default="as small as 4, faster than 1",
        help="Compression of PNG, from none (0) to the smallest and slowest (9).",
    ),
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]
SkipExisting = Annotated[
    bool,
    typer.Option("--skip-existing", help="Skip inputs whose outputs exist: resumes a batch."),
]
KeepSuffix = Annotated[
    bool, typer.Option("--keep-suffix", help="Keep the suffix of the input: a.jpg.llc, not a.llc.")
]
Json = Annotated[
    bool, typer.Option("--json", help="Print a JSON object per line on standard output.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print only what goes wrong.")]
MaxPixels = Annotated[
    int, typer.Option(min=1, metavar="N", help="Refuse images with more pixels than this.")
]


def chosen_detail(detail: float | None, look: str | None) -> float:
    """Return the detail to decode with; a look alone is a mistake."""
    if look is not None and detail is None:
        raise typer.BadParameter("give --detail with --look")
    return detail or 0.0
