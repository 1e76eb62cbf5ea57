"""Run one side of a pipeline in a separate process, to measure its memory.

    python -m llcodec.bench.coding_worker encode --pipeline P --quality Q PICTURE FILE
    python -m llcodec.bench.coding_worker decode --pipeline P FILE

Each side loads only what it needs: the sender does not need the receiver's enhancer.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from llcodec.bench.codecs.registry import CodecOptions, codec_of
from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.bench.pipelines import parts_of
from llcodec.data.pairs import read_pixels
from llcodec.errors import LlcError


def _send(spec: str, options: CodecOptions, picture: Path, quality: float, file: Path) -> None:
    """Enhance and encode a picture as the sender of a pipeline does, and write its file."""
    parts = parts_of(spec)
    enhancer = enhancer_of(parts.before, options.device, options.timeout)
    codec = codec_of(parts.codec, options)
    file.write_bytes(codec.encode(enhancer.enhance(read_pixels(picture)), quality))


def _receive(spec: str, options: CodecOptions, file: Path) -> None:
    """Decode and enhance a file as the receiver of a pipeline does."""
    parts = parts_of(spec)
    codec = codec_of(parts.codec, options)
    enhancer = enhancer_of(parts.after, options.device, options.timeout)
    enhancer.enhance(codec.decode(file.read_bytes()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the side that the command line names."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--pipeline", required=True)
    common.add_argument("--vtm", type=Path)
    common.add_argument("--device", default=CodecOptions.device)
    common.add_argument("--timeout", type=float, default=CodecOptions.timeout)
    parser = argparse.ArgumentParser(description=__doc__)
    sides = parser.add_subparsers(dest="side", required=True)
    sender = sides.add_parser("encode", parents=[common])
    sender.add_argument("--quality", type=float, required=True)
    sender.add_argument("picture", type=Path)
    for side in (sender, sides.add_parser("decode", parents=[common])):
        side.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    options = CodecOptions(given.vtm, None, given.device, given.timeout)
    if given.side == "encode":
        _send(given.pipeline, options, given.picture, given.quality, given.file)
    else:
        _receive(given.pipeline, options, given.file)


if __name__ == "__main__":
    try:
        main()
    except (LlcError, OSError) as error:
        sys.exit(str(error))
