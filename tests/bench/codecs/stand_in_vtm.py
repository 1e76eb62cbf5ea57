"""Stands in for VTM's encoder or decoder, whichever name it is started by.

It takes the command lines of VTM that the benchmark uses and no others, keeps samples by quantising
them, and knows its own streams again. Every run is noted in runs.txt beside the program.
"""

import argparse
import os
import struct
import sys
import zlib
from array import array
from pathlib import Path

MARK = b"VTM!"
HEAD = struct.Struct("<4sdB")  # mark, quantisation step, bits of the samples
TYPES = {8: "B", 10: "H"}


def encode(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("-c", "-i", "-b", "-o"):
        parser.add_argument(name, required=True)
    for name in ("-q", "-wdt", "-hgt", "-fr", "-f", "--InputBitDepth", "--ConformanceWindowMode"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--InputChromaFormat", choices=["444"], required=True)
    options = parser.parse_args(arguments)
    assert Path(options.c).read_text().startswith("#======== File I/O"), "no configuration"
    assert (options.fr, options.f, options.ConformanceWindowMode) == (1, 1, 1)
    assert options.o == os.devnull, "a picture that nobody wants"
    samples = array(TYPES[options.InputBitDepth], Path(options.i).read_bytes())
    assert len(samples) == 3 * options.wdt * options.hgt, "wrong size"
    step = 2 ** ((options.q - 4) / 6) * 2 ** (options.InputBitDepth - 8)
    levels = array("H", [round(sample / step) for sample in samples])
    head = HEAD.pack(MARK, step, options.InputBitDepth)
    Path(options.b).write_bytes(head + zlib.compress(levels.tobytes()))


def decode(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("-b", "-o"):
        parser.add_argument(name, required=True)
    parser.add_argument("-d", type=int, required=True)
    options = parser.parse_args(arguments)
    data = Path(options.b).read_bytes()
    if not data.startswith(MARK):
        sys.exit("Warning: Attempt to decode an empty NAL unit")
    _, step, depth = HEAD.unpack_from(data)
    scale, white = step * 2.0 ** (options.d - depth), 2**options.d - 1
    levels = array("H", zlib.decompress(data[HEAD.size :]))
    samples = array(TYPES[options.d], [min(round(level * scale), white) for level in levels])
    Path(options.o).write_bytes(samples.tobytes())


def main() -> None:
    program = Path(sys.argv[0])
    print(f"\nVVCSoftware: VTM {program.name[:7]} Version 99.1 [Linux][GCC 12.2.0][64 bit] ")
    if "--help" in sys.argv:
        return
    with (program.parent / "runs.txt").open("a") as runs:
        runs.write(" ".join([program.name, *sys.argv[1:]]) + "\n")
    (encode if program.name.startswith("Encoder") else decode)(sys.argv[1:])


if __name__ == "__main__":
    main()
