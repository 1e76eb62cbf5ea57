"""Command lines and files of VTM, by a stand-in; and VTM itself where it is installed."""

import hashlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from llcodec._arrays import Pixels
from llcodec.bench.codecs.vtm import VARIABLE, Depth, VtmCodec, find_vtm, from_ycbcr, to_ycbcr
from llcodec.bench.interfaces import bits_per_pixel
from llcodec.errors import InputError, UnreadableImageError
from llcodec.metrics import psnr


def runs(folder: Path) -> list[list[str]]:
    return [line.split(" ") for line in (folder / "bin" / "runs.txt").read_text().splitlines()]


@pytest.mark.parametrize("depth", [8, 10])
def test_command_lines_are_those_of_compressai(
    vtm_folder: Path, photo: Pixels, depth: Depth
) -> None:
    codec = VtmCodec(find_vtm(vtm_folder), depth)
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
        codec = VtmCodec(find_vtm(vtm_folder), depth)
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
    with pytest.raises(InputError, match="encoder succeeded but wrote no file"):
        VtmCodec(vtm).encode(photo, 32)
    with pytest.raises(UnreadableImageError, match="decoder succeeded but wrote no file"):
        VtmCodec(vtm).decode(b"\0\1\0\1stream")


def test_programs_that_hang_are_ended(vtm_folder: Path, photo: Pixels) -> None:
    vtm = find_vtm(vtm_folder)
    for program in (vtm.encoder, vtm.decoder):
        program.write_text("#!/bin/sh\nsleep 60\n")
    codec = VtmCodec(vtm, timeout=0.3)
    for run in (lambda: codec.encode(photo, 32), lambda: codec.decode(b"\0\1\0\1stream")):
        with pytest.raises(InputError, match=r"was killed after 0\.3 seconds"):
            run()
    with pytest.raises(InputError, match="EncoderAppStatic was killed"):
        codec.settings()


@pytest.mark.vtm
@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no VTM")
@pytest.mark.parametrize("depth", [8, 10])
def test_the_real_vtm(photo: Pixels, depth: Depth) -> None:
    codec = VtmCodec(find_vtm(), depth)
    assert codec.settings().versions["VTM"] != "unknown"
    pixels = photo[:65, :101].copy()  # neither side is a multiple of VTM's smallest block
    files = [codec.encode(pixels, qp) for qp in (42, 27)]
    rates = [bits_per_pixel(data, pixels) for data in files]
    scores = [psnr(VtmCodec(find_vtm(), depth).decode(data), pixels) for data in files]
    assert 0.02 < rates[0] < rates[1] < 3
    assert 24 < scores[0] < scores[1] - 5 < 45


BuildVtm = Callable[..., Path]


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        ("bin", "{}AppStatic"),
        ("bin", "{}App"),
        (".", "{}AppStatic"),
        ("bin/umake/gcc-12.2/x86_64/release", "{}App"),
    ],
)
def test_programs_are_found_where_builds_put_them(
    build_vtm: BuildVtm, tmp_path: Path, programs: str, name: str
) -> None:
    vtm = find_vtm(build_vtm(tmp_path, programs, name))
    assert vtm.encoder == tmp_path / programs / name.format("Encoder")
    assert vtm.decoder == tmp_path / programs / name.format("Decoder")
    assert vtm.configuration == tmp_path / "cfg" / "encoder_intra_vtm.cfg"


def test_the_folder_of_the_programs_will_do(vtm_folder: Path) -> None:
    assert find_vtm(vtm_folder / "bin").configuration.is_file()


def test_the_environment_names_the_folder_unless_something_else_does(
    build_vtm: BuildVtm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = build_vtm(tmp_path / "one"), build_vtm(tmp_path / "other")
    monkeypatch.setenv(VARIABLE, str(one))
    assert find_vtm().encoder.is_relative_to(one)
    assert find_vtm(other).encoder.is_relative_to(other)


def test_no_folder_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, ""):
        if value is None:
            monkeypatch.delenv(VARIABLE, raising=False)
        else:
            monkeypatch.setenv(VARIABLE, value)
        with pytest.raises(InputError, match="--vtm or LLC_VTM_DIR"):
            find_vtm()


@pytest.mark.parametrize(
    ("gone", "what"),
    [
        ("bin/EncoderAppStatic", "EncoderApp"),
        ("bin/DecoderAppStatic", "DecoderApp"),
        ("cfg/encoder_intra_vtm.cfg", "encoder_intra_vtm.cfg"),
    ],
)
def test_what_is_missing_is_named(vtm_folder: Path, gone: str, what: str) -> None:
    (vtm_folder / gone).unlink()
    with pytest.raises(InputError, match=f"has no {what}: "):
        find_vtm(vtm_folder)


def test_version_and_hashes(vtm_folder: Path) -> None:
    vtm = find_vtm(vtm_folder)
    assert vtm.version() == "99.1"
    assert set(vtm.hashes()) == {"encoder", "decoder", "configuration"}
    assert vtm.hashes()["encoder"] == hashlib.sha256(vtm.encoder.read_bytes()).hexdigest()


def test_programs_that_say_no_version(vtm_folder: Path) -> None:
    vtm = find_vtm(vtm_folder)
    vtm.encoder.write_text("#!/bin/sh\necho hello\n")
    assert vtm.version() == "unknown"


PRIMARIES = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])


def test_known_colours() -> None:
    """By hand: Y of the primaries is BT.709's shares, grey has Cb = Cr = a half."""
    planes = to_ycbcr(PRIMARIES.astype(np.uint8), 8)
    assert planes.shape == (3, 1, 5)
    y = [255, 0, 54, 182, 18]  # 255 times 1, 0, 0.2126, 0.7152, 0.0722
    cb = [128, 128, 99, 30, 255]  # 128 + 255 / 2 · (B − Y) / (1 − 0.0722)
    cr = [128, 128, 255, 12, 116]  # 128 + 255 / 2 · (R − Y) / (1 − 0.2126)
    np.testing.assert_array_equal(planes[:, 0], [y, cb, cr])


def test_ten_bits_lose_nothing_and_eight_lose_little(photo: Pixels) -> None:
    np.testing.assert_array_equal(from_ycbcr(to_ycbcr(photo, 10), 10), photo)
    assert 50 < psnr(from_ycbcr(to_ycbcr(photo, 8), 8), photo) < 60


@pytest.mark.parametrize("depth", [8, 10])
def test_greys_stay_grey(depth: int) -> None:
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    np.testing.assert_array_equal(from_ycbcr(to_ycbcr(greys, depth), depth), greys)


def test_planes_fill_their_range() -> None:
    planes = to_ycbcr(PRIMARIES.astype(np.uint8), 10)
    assert (planes.min(), planes.max()) == (0, 1023)


@pytest.mark.skipif(
    importlib.util.find_spec("compressai") is None,
    reason="CompressAI is an extra that needs NumPy 1; make test-extras runs this",
)
@pytest.mark.filterwarnings("default")  # what CompressAI imports warns
def test_it_is_the_colour_of_compressai(photo: Pixels) -> None:
    import torch

    from llcodec._torchvision import import_torchvision

    import_torchvision()  # CompressAI imports it, and could not cope with some builds
    from compressai.transforms.functional import rgb2ycbcr

    theirs = rgb2ycbcr(torch.from_numpy(photo).permute(2, 0, 1).double() / 255)
    ours = to_ycbcr(photo, 10) / 1023
    # Theirs has no colour at 511.5 of 1023, ours at 512.
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1.01 / 1023)
