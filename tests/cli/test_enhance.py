"""``llc enhance`` on small pictures, with the shipped codec and a tiny NeRCo."""

import io
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

import llcodec
from llcodec.codec.models import DEFAULT_MODEL

Llc = Callable[..., Any]
Make = Callable[..., Path]
List = Callable[[Path], list[str]]


@pytest.fixture
def enhance(llc: Llc, nerco: Path) -> Llc:
    """Enhance with the tiny NeRCo."""
    return lambda *arguments, **more: llc("enhance", "--model", nerco, *arguments, **more)


@pytest.fixture
def refused(refused: Callable[..., str]) -> Callable[..., str]:
    """Run ``llc enhance`` on bad input, check that it is refused properly, and return the line."""
    return partial(refused, "enhance")


def test_the_output_lies_beside_the_input(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    before = source.read_bytes()
    result = llc("enhance", source)
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith(f"{source} -> {tmp_path}/dark-enhanced.png: 24x16, ")
    assert f"bytes, {DEFAULT_MODEL}, " in result.err
    assert source.read_bytes() == before
    with Image.open(tmp_path / "dark-enhanced.png") as image:
        assert np.array_equal(np.asarray(image), np.asarray(llcodec.enhance(source)))


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".webp", ".tif", ".avif"])
def test_the_format_is_that_of_the_input(
    enhance: Llc, picture: Make, tmp_path: Path, suffix: str
) -> None:
    source = picture(tmp_path / f"dark{suffix}")
    assert enhance(source).code == 0
    with Image.open(source) as dark, Image.open(tmp_path / f"dark-enhanced{suffix}") as bright:
        assert (dark.format, dark.size) == (bright.format, bright.size)
        assert np.asarray(bright).mean() > np.asarray(dark).mean()


@pytest.mark.parametrize("suffix", [".gif", ".bmp", ".ppm"])
def test_formats_that_keep_too_little_become_png(
    enhance: Llc, picture: Make, tmp_path: Path, suffix: str
) -> None:
    assert enhance(picture(tmp_path / f"dark{suffix}")).code == 0
    with Image.open(tmp_path / "dark-enhanced.png") as image:
        assert image.format == "PNG"


def test_the_format_may_be_given(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    assert enhance(source, "--format", "jpg", "-o", f"{tmp_path}/out/").code == 0
    assert enhance(source, "-o", tmp_path / "x.webp").code == 0
    piped = enhance("-", "--format", "BMP", stdin=source.read_bytes())
    shown: list[Path | io.BytesIO] = [
        tmp_path / "out" / "dark.jpg",
        tmp_path / "x.webp",
        io.BytesIO(piped.out),
    ]
    for file, format in zip(shown, ("JPEG", "WEBP", "BMP"), strict=True):
        with Image.open(file) as image:
            assert image.format == format


def test_a_folder_keeps_its_structure_names_and_formats(
    enhance: Llc, picture: Make, tmp_path: Path, listing: List
) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "in" / "sub" / "b.jpg")
    picture(tmp_path / "in" / "c.bmp")
    (tmp_path / "in" / "note.txt").touch()
    assert enhance(tmp_path / "in", "-o", tmp_path / "out", "--quiet").err == ""
    assert listing(tmp_path / "out") == ["a.png", "c.png", "sub/b.jpg"]
    assert enhance(tmp_path / "in" / "*.png", "-o", tmp_path / "more", "--quiet").err == ""
    assert listing(tmp_path / "more") == ["a.png"]


def test_a_folder_enhanced_in_place_is_not_enhanced_twice(
    enhance: Llc, picture: Make, tmp_path: Path, listing: List
) -> None:
    picture(tmp_path / "a.png")
    picture(tmp_path / "sub" / "b.jpg")
    files = ["a-enhanced.png", "a.png", "sub/b-enhanced.jpg", "sub/b.jpg"]
    assert enhance(tmp_path).code == 0
    assert listing(tmp_path) == files
    again = enhance(tmp_path)
    assert again.code == 1
    assert "exists already (--force overwrites it)" in again.problems[0]
    assert enhance(tmp_path, "--force").code == 0
    assert listing(tmp_path) == files


def test_names_are_relative_to_the_current_folder(
    enhance: Llc, picture: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listing: List
) -> None:
    picture(tmp_path / "in" / "a.png")
    picture(tmp_path / "-q.png")
    monkeypatch.chdir(tmp_path)
    result = enhance("in/a.png")
    assert result.err.startswith("in/a.png -> in/a-enhanced.png: ")
    assert enhance("--", "-q.png").code == 0
    assert listing(tmp_path) == ["-q-enhanced.png", "-q.png", "in/a-enhanced.png", "in/a.png"]


def test_the_input_is_never_overwritten(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    before = source.read_bytes()
    for output in (source, tmp_path, f"{tmp_path}/"):
        result = enhance(source, "-o", output, "--force")
        assert result.code == 1
        assert "it is also an input" in result.err
    assert source.read_bytes() == before


def test_outputs_that_would_meet_are_refused(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    for name in ("a.png", "a.bmp", "b.jpg"):
        picture(tmp_path / name)
    result = enhance(tmp_path)
    assert result.code == 1
    assert [line for line in result.problems if "as would" in line] == result.problems[:2]
    assert (tmp_path / "b-enhanced.jpg").exists()


def test_json_tells_all_of_each_file(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    missing = tmp_path / "missing.png"
    result = enhance(missing, source, "--strength", "0.5", "--json")
    assert (result.code, result.err) == (1, "")
    failed, done = map(json.loads, result.out.splitlines())
    assert failed == {"path": str(missing), "error": "no such file or folder"}
    assert done.pop("seconds") > 0
    assert done == {
        "path": str(source),
        "output": str(tmp_path / "dark-enhanced.png"),
        "bytes": (tmp_path / "dark-enhanced.png").stat().st_size,
        "width": 24,
        "height": 16,
        "model": "tiny-nerco",
        "strength": 0.5,
        "exposure": 0.0,
        "black_point": 0.0,
    }


def test_streams(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.jpg")
    enhance(source, "-o", tmp_path / "by_file.png")
    by_file = (tmp_path / "by_file.png").read_bytes()
    piped = enhance("-", stdin=source.read_bytes())
    assert (piped.code, piped.out) == (0, by_file)
    assert piped.err.startswith("stdin -> stdout: 24x16, ")
    assert enhance(source, "-o", "-").out == by_file
    assert enhance("-", "-o", tmp_path / "x.png", stdin=source.read_bytes()).code == 0
    assert (tmp_path / "x.png").read_bytes() == by_file
    assert enhance("-", "-o", f"{tmp_path}/out/", stdin=source.read_bytes()).code == 0
    assert (tmp_path / "out" / "stdin.png").read_bytes() == by_file


def test_standard_output_takes_one_file(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    result = enhance(picture(tmp_path / "a.png"), picture(tmp_path / "b.png"), "-o", "-")
    assert (result.code, result.out) == (2, b"")
    assert "standard output can take only one file" in result.err
    assert enhance("-", tmp_path / "a.png", stdin=b"").code == 2


def test_no_strength_leaves_every_sample(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    assert enhance(source, "--strength", "0").code == 0
    with Image.open(source) as dark, Image.open(tmp_path / "dark-enhanced.png") as same:
        assert np.array_equal(np.asarray(dark), np.asarray(same))


def test_strengths_are_reported(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    assert ", strength 0.25, " in enhance(source, "--strength", "0.25").err
    assert ", strength" not in enhance(source, "--force").err


def test_metadata_alpha_and_profile_are_kept(enhance: Llc, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a description"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 60, (18, 25, 4), np.uint8)
    source = tmp_path / "dark.png"
    Image.fromarray(pixels).save(source, exif=exif, icc_profile=profile)
    assert enhance(source).code == 0
    with Image.open(tmp_path / "dark-enhanced.png") as image:
        assert image.mode == "RGBA"
        assert image.info["icc_profile"] == profile
        assert image.getexif()[0x010E] == "a description"
        assert np.array_equal(np.asarray(image)[..., 3], pixels[..., 3])
    assert enhance(source, "--strip", "--force").code == 0
    with Image.open(tmp_path / "dark-enhanced.png") as image:
        assert "icc_profile" not in image.info
        assert not image.getexif()


def test_grey_stays_grey_and_sixteen_bits_sixteen(enhance: Llc, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 60, (9, 11), np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 257 + 31).save(tmp_path / "deep.png")
    colours = llcodec.Picture(rng.integers(0, 15000, (9, 11, 3), np.uint16))
    with (tmp_path / "colours.png").open("wb") as file:
        llcodec.write_picture(colours, file, format="PNG")
    assert enhance(tmp_path).code == 0
    for name in ("grey", "deep", "colours"):
        before, after = (
            llcodec.read_picture(tmp_path / f"{name}{end}.png") for end in ("", "-enhanced")
        )
        assert (after.grey, after.sixteen_bit) == (before.grey, before.sixteen_bit)
        assert after.pixels.mean() > before.pixels.mean()
        assert not after.sixteen_bit or (after.pixels % 257 != 0).mean() > 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (31, 2), (17, 33)])
def test_any_size(llc: Llc, enhance: Llc, picture: Make, tmp_path: Path, size: Any) -> None:
    source = picture(tmp_path / "a.png", *size)
    runs: list[Llc] = [enhance, lambda *arguments: llc("enhance", *arguments)]
    for run in runs:
        assert run(source, "--force").code == 0
        with Image.open(tmp_path / "a-enhanced.png") as image:
            assert image.size == size


def test_a_batch_continues_after_failures(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.jpg"):
        picture(tmp_path / name)
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:60])
    result = enhance(tmp_path, "-o", tmp_path / "out")
    assert result.code == 1
    assert [line.split(": ")[1] for line in result.problems] == [
        f"{tmp_path}/b.png",
        "1 of 3 failed",
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "c.jpg"]


def test_existing_outputs_need_force(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "dark.png")
    (tmp_path / "x.png").write_bytes(b"old")
    assert enhance(source, "-o", tmp_path / "x.png").problems == [
        f"llc: {source}: {tmp_path}/x.png exists already (--force overwrites it)"
    ]
    assert (tmp_path / "x.png").read_bytes() == b"old"
    forced = ("--force", "--threads", "1", "--device", "cpu")
    assert enhance(source, "-o", tmp_path / "x.png", *forced).code == 0


def test_models_of_either_kind_by_path(
    llc: Llc, picture: Make, nerco: Path, tmp_path: Path
) -> None:
    from llcodec._shipped import shipped_file

    source = picture(tmp_path / "dark.png")
    for model, name in (("fast", "fast"), (shipped_file("fast"), "fast"), (nerco, "tiny-nerco")):
        result = llc("enhance", source, "--model", model, "--force", "--json")
        assert json.loads(result.out)["model"] == name


def test_unknown_and_damaged_models(
    refused: Callable[..., str], picture: Make, nerco: Path, tmp_path: Path
) -> None:
    source = picture(tmp_path / "a.png")
    assert (
        "no model 'nope' to enhance with (shipped: joint, nerco, nerco-2, nerco-3, snr-aware;"
        in refused(source, "--model", "nope")
    )
    weights = tmp_path / "x.safetensors"
    assert "no such weight file" in refused(source, "--model", weights)
    weights.write_bytes(b"no weights")
    assert "not a weight file" in refused(source, "--model", weights)
    data = nerco.read_bytes()
    weights.write_bytes(data[:-50])
    assert "damaged weight file" in refused(source, "--model", weights)
    damaged = bytearray(data)
    damaged[-2:] = b"\xff\x7f"  # not a number, in half precision
    weights.write_bytes(damaged)
    assert "weights that are not finite" in refused(source, "--model", weights)


def test_missing_empty_and_other_files(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "missing")
    assert "no images in this folder" in refused(tmp_path)
    for content in (b"", b"Just a line of text.\n", bytes(100)):
        (tmp_path / "a").write_bytes(content)
        assert f"llc: {tmp_path}/a: " in refused(tmp_path / "a")
        assert "llc: standard input: " in refused("-", stdin=content)


def test_too_many_pixels(refused: Callable[..., str], picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png", 24, 16)
    assert "limit" in refused(source, "--max-pixels", 383)


def test_unwritable_targets(refused: Callable[..., str], picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    assert "cannot write" in refused(source, "-o", source / "x.png")
    assert "cannot write" in refused(source, "-o", tmp_path / "none" / "x.png")
    assert "a.png is not a folder" in refused(source, "-o", f"{source}/")
    if Path("/dev/full").exists():
        assert "No space left on device" in refused(source, "-o", "/dev/full", "--format", "png")


@pytest.mark.parametrize(
    "options",
    [["-o", "x.foo"], ["-o", "noname"], *(["--format", name] for name in ("foo", "a/b", "", "/"))],
)
def test_unknown_formats_are_wrong_usage(
    llc: Llc, picture: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    source = picture(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    result = llc("enhance", source, *options)
    assert result.code == 2
    assert "no picture can be written as" in result.err
    assert list(tmp_path.iterdir()) == [source]


def test_names_that_could_fool_a_terminal(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    result = enhance(picture(tmp_path / "a\nllc: \x1b[31m.png"))
    assert result.code == 0
    assert len(result.err.splitlines()) == 1
    assert "\x1b" not in result.err


def test_names_that_are_not_utf8(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "\\udcff" in refused(os.fsdecode(bytes(tmp_path) + b"/\xff.png"))


def test_the_second_of_two_names_is_the_output_if_it_is_not_there(
    enhance: Llc, picture: Make, tmp_path: Path, listing: List
) -> None:
    first, second = picture(tmp_path / "a.png"), picture(tmp_path / "b.png")
    assert enhance(first, tmp_path / "new.webp").code == 0
    assert enhance(first, second).code == 0
    assert listing(tmp_path) == ["a-enhanced.png", "a.png", "b-enhanced.png", "b.png", "new.webp"]


def test_results_are_not_enhanced_again_with_a_folder_for_outputs(
    enhance: Llc, picture: Make, tmp_path: Path, listing: List
) -> None:
    picture(tmp_path / "in" / "a.png")
    assert enhance(tmp_path / "in").code == 0
    assert enhance(tmp_path / "in", "-o", tmp_path / "out").code == 0
    assert listing(tmp_path / "out") == ["a.png"]


def test_jfif_stays_jpeg(enhance: Llc, picture: Make, tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg").rename(tmp_path / "a.jfif")
    small = ["--output-quality", 10]
    assert enhance(tmp_path / "a.jfif", *small).code == 0
    with Image.open(tmp_path / "a-enhanced.jfif") as image:
        assert image.format == "JPEG"


def test_black_point(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    result = llc("enhance", source, "--black-point", "20", "--json")
    assert json.loads(result.out)["black_point"] == 20
    with Image.open(tmp_path / "a-enhanced.png") as image:
        assert np.array_equal(
            np.asarray(image), np.asarray(llcodec.enhance(source, black_point=20))
        )
    assert llc("enhance", source, "--black-point", "65", "--force").code == 2


def test_exposure(llc: Llc, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    means = []
    for stops in ("-1", "0", "+1"):
        result = llc("enhance", source, "--exposure", stops, "--force", "--json")
        assert json.loads(result.out)["exposure"] == float(stops)
        with Image.open(tmp_path / "a-enhanced.png") as image:
            means.append(np.asarray(image).mean())
            assert np.array_equal(
                np.asarray(image), np.asarray(llcodec.enhance(source, exposure=float(stops)))
            )
    assert means == sorted(set(means))
