"""The options that commands share, each defined once."""

import math
from enum import StrEnum
from typing import Annotated

import typer

from llcodec.cli._sizes import Box, parse_region, parse_size

DEFAULT_MAX_PIXELS = 100_000_000
LLC_SUFFIXES = frozenset({".llc"})


class Device(StrEnum):
    """Where the float transforms run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


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
        help="Pictures, folders of pictures, quoted globs, or - for standard input.",
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
        help="A file for one input, a folder for several, or - for standard output. "
        "Without it, the output goes beside its input.",
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
        help="Quality, any real number.",
    ),
]
TargetBpp = Annotated[
    float | None,
    typer.Option(
        parser=_rate,
        metavar="BPP",
        show_default=False,
        help="The best quality of at most so many bits per pixel.",
    ),
]
TargetSize = Annotated[
    int | None,
    typer.Option(
        parser=_size,
        metavar="SIZE",
        show_default=False,
        help="The best quality of at most this size: 40kB, 40000, 1.5MB, 40KiB.",
    ),
]
Strip = Annotated[bool, typer.Option("--strip", help="Leave EXIF, XMP and colour profile out.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        show_default=False,
        help="png, jpg, webp, tif …; by default what the name of OUT says, else png.",
    ),
]
PictureFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        show_default=False,
        help="png, jpg, webp, tif …; by default what the name of OUT says, else that of the "
        "input if it keeps what pictures hold, else png.",
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
        "Without it, NAME-enhanced lies beside NAME.",
    ),
]
Strength = Annotated[
    float,
    typer.Option(
        parser=lambda text: _between(0, 1, text),
        metavar="0...1",
        help="From the picture as it is (0) to the enhanced one (1).",
    ),
]
Region = Annotated[
    Box | None,
    typer.Option(
        parser=_region,
        metavar="X,Y,W,H",
        show_default=False,
        help="Only this part, in pixels; only the tiles that it takes are decoded.",
    ),
]
MaxSize = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        show_default=False,
        help="Scaled down, so that no side is longer than N pixels. A sixteenth of the size or "
        "less is a quick preview.",
    ),
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage",
        help="Of a damaged file, what is whole; the rest is grey, is told, and makes the exit "
        "code 3.",
    ),
]
TileSize = Annotated[
    int | None,
    typer.Option(
        "--tile",
        metavar="N",
        show_default="2048",
        help="Edge of the tiles that decode on their own, a multiple of 64 pixels.",
    ),
]
AsShot = Annotated[
    bool, typer.Option("--as-shot", help="The picture as dark as it was: --brightness 0.")
]
Brightness = Annotated[
    float | None,
    typer.Option(
        parser=lambda text: _between(0, 1, text),
        metavar="0...1",
        show_default="1",
        help="From the picture as it was shot (0) to the bright one (1).",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        show_default=False,
        help="A shipped model or a weight file (.safetensors).",
    ),
]
EnhancingModel = Annotated[
    str,
    typer.Option(
        metavar="NAME|PATH",
        help="joint (the codec's network), nerco, any shipped model, or a weight file "
        "(.safetensors) of either kind.",
    ),
]
DeviceName = Annotated[Device, typer.Option(help="Where the transforms run.")]
Threads = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", show_default=False, help="Threads to compute with; default: all cores."
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
Force = Annotated[bool, typer.Option("--force", "-f", help="Overwrite existing outputs.")]
SkipExisting = Annotated[
    bool,
    typer.Option("--skip-existing", help="Leave out inputs whose outputs exist: goes on a batch."),
]
KeepSuffix = Annotated[
    bool, typer.Option("--keep-suffix", help="Name outputs a.jpg.llc rather than a.llc.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a file on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but what goes wrong.")]
MaxPixels = Annotated[
    int, typer.Option(min=1, metavar="N", help="Refuse pictures of more pixels than this.")
]


def use_threads(number: int | None) -> None:
    """Compute with so many threads from now on; None leaves it to PyTorch."""
    if number is not None:
        import torch

        torch.set_num_threads(number)
