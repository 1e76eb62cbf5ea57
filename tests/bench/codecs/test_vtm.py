"""Command lines and files of VTM, by a stand-in; and VTM itself where it is at hand."""

import os
from pathlib import Path

import pytest

from llcodec.bench.codecs.codec import bits_per_pixel
from llcodec.bench.codecs.vtm import VtmCodec
from llcodec.bench.codecs.vtm_folder import VARIABLE, find_vtm
from llcodec.data.pairs import Pixels
from llcodec.errors import InputError, UnreadableImageError
from llcodec.metrics import psnr


def runs(folder: Path) -> list[list[str]]:
    return [line.split(" ") for line in (folder / "bin" / "runs.txt").read_text().splitlines()]


@pytest.mark.parametrize("depth", [8, 10])
def test_command_lines_are_those_of_compressai(vtm_folder: Path, photo: Pixels, depth: int) -> None:
    codec = VtmCodec(find_vtm(vtm_folder), depth)  # type: ignore[arg-type]
    codec.decode(codec.encode(photo, 32))
    encode, decode = runs(vtm_folder)
    raw, coded = encode[2], encode[10]
    assert encode == [
        "EncoderAppStatic",
        *("-i", raw, "-c", str(vtm_folder / "cfg" / "encoder_intra_vtm.cfg")),
        *("-q", "32", "-o", os.devnull, "-b", coded),
        *("-wdt", "192", "-hgt", "128", "-fr", "1", "-f", "1"),
        *("--InputChromaFormat=444", f"--InputBitDepth={depth}", "--ConformanceWindowMode=1"),
    ]
    assert decode[::2] == ["DecoderAppStatic", decode[2], decode[4], str(depth)]
    assert decode[1::2] == ["-b", "-o", "-d"]
    for path in (raw, coded, decode[2], decode[4]):
        assert not Path(path).exists()  # nothing is left behind


def test_ten_bits_keep_more_than_eight(vtm_folder: Path, photo: Pixels) -> None:
    scores = []
    for depth in (8, 10):
        codec = VtmCodec(find_vtm(vtm_folder), depth)  # type: ignore[arg-type]
        scores.append(psnr(codec.decode(codec.encode(photo, 0)), photo))
    assert 50 < scores[0] < scores[1] - 2


def test_results_say_what_was_run(vtm_folder: Path) -> None:
    settings = VtmCodec(find_vtm(vtm_folder), 10).settings()
    assert settings.versions == {"VTM": "99.1"}
    assert "-c encoder_intra_vtm.cfg" in str(settings.parameters["encoder"])
    assert "--InputBitDepth=10" in str(settings.parameters["encoder"])
    assert settings.parameters["decoder"] == "-b IN -o OUT -d 10"
    assert len(str(settings.parameters["SHA-256 of configuration"])) == 64


def test_what_vtm_says_is_passed_on(vtm_folder: Path, photo: Pixels) -> None:
    (vtm_folder / "cfg" / "encoder_intra_vtm.cfg").write_text("something else")
    with pytest.raises(InputError, match=r"EncoderAppStatic failed .*no configuration"):
        VtmCodec(find_vtm(vtm_folder)).encode(photo, 32)
    with pytest.raises(UnreadableImageError, match="empty NAL unit"):
        VtmCodec(find_vtm(vtm_folder)).decode(b"\0\1\0\1no stream")


def test_a_size_that_is_not_the_streams(vtm_folder: Path, photo: Pixels) -> None:
    codec = VtmCodec(find_vtm(vtm_folder))
    data = codec.encode(photo, 32)
    with pytest.raises(UnreadableImageError, match="wrong size"):
        codec.decode(bytes((0, 9, 0, 9)) + data[4:])


def test_programs_that_write_nothing(vtm_folder: Path, photo: Pixels) -> None:
    vtm = find_vtm(vtm_folder)
    for program in (vtm.encoder, vtm.decoder):
        program.write_text("#!/bin/sh\n")
    with pytest.raises(InputError, match="encoder ended well and wrote nothing"):
        VtmCodec(vtm).encode(photo, 32)
    with pytest.raises(UnreadableImageError, match="decoder ended well and wrote nothing"):
        VtmCodec(vtm).decode(b"\0\1\0\1stream")


def test_programs_that_hang_are_ended(vtm_folder: Path, photo: Pixels) -> None:
    vtm = find_vtm(vtm_folder)
    for program in (vtm.encoder, vtm.decoder):
        program.write_text("#!/bin/sh\nsleep 60\n")
    codec = VtmCodec(vtm, timeout=0.3)
    for run in (lambda: codec.encode(photo, 32), lambda: codec.decode(b"\0\1\0\1stream")):
        with pytest.raises(InputError, match=r"was ended after 0\.3 seconds"):
            run()
    with pytest.raises(InputError, match="EncoderAppStatic was ended"):
        codec.settings()


@pytest.mark.vtm
@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no VTM")
@pytest.mark.parametrize("depth", [8, 10])
def test_the_real_vtm(photo: Pixels, depth: int) -> None:
    codec = VtmCodec(find_vtm(), depth)  # type: ignore[arg-type]
    assert codec.settings().versions["VTM"] != "unknown"
    pixels = photo[:65, :101].copy()  # neither side is a multiple of VTM's smallest block
    files = [codec.encode(pixels, qp) for qp in (42, 27)]
    rates = [bits_per_pixel(data, pixels) for data in files]
    scores = [psnr(VtmCodec(find_vtm(), depth).decode(data), pixels) for data in files]  # type: ignore[arg-type]
    assert 0.02 < rates[0] < rates[1] < 3
    assert 24 < scores[0] < scores[1] - 5 < 45
