import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import llcodec
from llcodec.codec.models import DEFAULT_MODEL

Llc = Callable[..., Any]
List = Callable[[Path], list[str]]

GOLDEN_FAST = Path(__file__).parents[1] / "golden" / "shipped" / "fast.llc"


@pytest.fixture
def file(tmp_path: Path, sample: bytes) -> Path:
    (tmp_path / "dark.llc").write_bytes(sample)
    return tmp_path / "dark.llc"


def test_png_beside_the_input(llc: Llc, file: Path, sample: bytes) -> None:
    assert llc("decode", file).code == 0
    with Image.open(file.with_suffix(".png")) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), np.asarray(llcodec.decode(sample)))


@pytest.mark.parametrize(
    ("output", "format"), [("x.jpg", "JPEG"), ("x.tif", "TIFF"), ("x.WEBP", "WEBP")]
)
def test_the_name_of_the_output_says_the_format(
    llc: Llc, file: Path, tmp_path: Path, output: str, format: str
) -> None:
    assert llc("decode", file, "-o", tmp_path / output).code == 0
    with Image.open(tmp_path / output) as image:
        assert image.format == format


def test_the_format_may_be_given(llc: Llc, file: Path, tmp_path: Path) -> None:
    assert llc("decode", tmp_path, "--format", "jpg", "-o", tmp_path / "out").code == 0
    with Image.open(tmp_path / "out" / "dark.jpg") as image:
        assert image.format == "JPEG"
    piped = llc("decode", "-", "--format", "BMP", stdin=file.read_bytes())
    with Image.open(io.BytesIO(piped.out)) as image:
        assert image.format == "BMP"


def test_streams_are_png(llc: Llc, sample: bytes) -> None:
    result = llc("decode", "-", stdin=sample)
    assert result.code == 0
    assert result.out.startswith(b"\x89PNG")
    assert result.err.startswith("stdin -> stdout: 16x16, ")


@pytest.mark.parametrize(
    ("options", "brightness"),
    [(["--as-shot"], 0.0), (["--brightness", "0.5"], 0.5)],
)
def test_brightness(
    llc: Llc, file: Path, sample: bytes, options: list[str], brightness: float
) -> None:
    result = llc("decode", file, "--json", *options)
    assert json.loads(result.out)["brightness"] == brightness
    with Image.open(file.with_suffix(".png")) as image:
        expected = llcodec.decode(sample, brightness=brightness)
        assert np.array_equal(np.asarray(image), np.asarray(expected))
    assert np.asarray(expected).mean() < np.asarray(llcodec.decode(sample)).mean()


def test_detail(llc: Llc, file: Path, sample: bytes, look: Path) -> None:
    result = llc("decode", file, "--json", "--detail", "0.5", "--look", look)
    assert json.loads(result.out)["detail"] == 0.5
    with Image.open(file.with_suffix(".png")) as image:
        expected = np.asarray(llcodec.decode(sample, detail=0.5, look=look))
        assert np.array_equal(np.asarray(image), expected)
    assert not np.array_equal(expected, np.asarray(llcodec.decode(sample)))
    assert llc("decode", file, "--force", "--detail", "0", "--look", look).code == 0
    with Image.open(file.with_suffix(".png")) as image:
        assert np.array_equal(np.asarray(image), np.asarray(llcodec.decode(sample)))


def test_the_default_model_has_a_look(llc: Llc, file: Path, sample: bytes) -> None:
    assert llc("decode", file, "--detail", "1").code == 0
    with Image.open(file.with_suffix(".png")) as image:
        shown = np.asarray(image).astype(int)
    plain = np.asarray(llcodec.decode(sample)).astype(int)
    assert 0 < np.abs(shown - plain).mean() < 10


def test_detail_without_a_look_is_one_line(llc: Llc, file: Path, listing: List) -> None:
    file.write_bytes(GOLDEN_FAST.read_bytes())
    before = listing(file.parent)
    result = llc("decode", file, "--detail", "1")
    assert (result.code, result.out) == (1, b"")
    (line,) = result.problems
    assert line.startswith(f"llc: {file}: no look of the model fast ")
    assert "(--look)" in line
    assert listing(file.parent) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--detail", "1.5"], "'1.5' is not a number from 0 to 1"),
        (["--detail", "much"], "'much' is not a number from 0 to 1"),
        (["--look", "some.safetensors"], "give --detail with --look"),
    ],
)
def test_wrong_details_are_wrong_usage(
    llc: Llc, file: Path, options: list[str], message: str
) -> None:
    result = llc("decode", file, *options)
    assert result.code == 2
    assert message in result.err


def test_json_tells_all(llc: Llc, file: Path, tmp_path: Path) -> None:
    result = llc("decode", file, "--json")
    record = json.loads(result.out)
    assert record.pop("seconds") > 0
    assert record == {
        "path": str(file),
        "output": str(tmp_path / "dark.png"),
        "bytes": (tmp_path / "dark.png").stat().st_size,
        "width": 16,
        "height": 16,
        "quality": 4.0,
        "model": DEFAULT_MODEL,
        "brightness": 1.0,
        "exposure": 0.0,
        "black_point": 0.0,
        "detail": 0.0,
    }


@pytest.mark.parametrize("options", [["-o", "x.foo"], ["--format", "foo"], ["-o", "noname"]])
def test_unknown_formats_are_wrong_usage(
    llc: Llc, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = llc("decode", file, *options)
    assert result.code == 2
    assert "no picture can be written as" in result.err
    assert list(tmp_path.iterdir()) == [file]


def test_a_format_that_nothing_writes_is_no_typing_error(llc: Llc, file: Path) -> None:
    result = llc("decode", file, file.with_suffix(".jxl"))
    assert result.code == 2
    assert "no picture can be written as '.jxl'" in result.err


@pytest.fixture
def tiled(llc: Llc, picture: Callable[..., Path], tmp_path: Path) -> Path:
    """A file of 4×3 tiles of 64 pixels."""
    source = picture(tmp_path / "wide.png", 250, 180)
    assert llc("encode", source, "--tile", "64", "-q", "6", "--quiet").code == 0
    source.unlink()
    return tmp_path / "wide.llc"


def spoil(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x40
    path.write_bytes(data)


def test_a_region(llc: Llc, tiled: Path) -> None:
    result = llc("decode", tiled, "--region", "70,10,100,50", "--json")
    assert result.code == 0
    record = json.loads(result.out)
    assert (record["width"], record["height"], record["region"]) == (100, 50, "70,10,100,50")
    whole = np.asarray(llcodec.decode(tiled.read_bytes())).astype(int)
    with Image.open(tiled.with_suffix(".png")) as image:
        assert np.abs(np.asarray(image) - whole[10:60, 70:170]).max() <= 1


@pytest.mark.parametrize(
    ("region", "code"), [("200,0,100,50", 1), ("1,2,3", 2), ("0,0,0,5", 2), ("a,b,c,d", 2)]
)
def test_regions_that_are_none(llc: Llc, tiled: Path, region: str, code: int) -> None:
    result = llc("decode", tiled, "--region", region)
    assert result.code == code
    assert len(result.problems) == 1
    assert not tiled.with_suffix(".png").exists()


@pytest.mark.parametrize(("size", "shape"), [(100, (72, 100)), (10, (7, 10)), (999, (180, 250))])
def test_a_small_version(llc: Llc, tiled: Path, size: int, shape: tuple[int, int]) -> None:
    assert llc("decode", tiled, "--max-size", size).code == 0
    with Image.open(tiled.with_suffix(".png")) as image:
        assert (image.height, image.width) == shape


def test_salvage_shows_what_is_left_and_tells_what_is_lost(llc: Llc, tiled: Path) -> None:
    spoil(tiled, tiled.read_bytes().index(b"TILE") + 30)
    assert llc("decode", tiled).code == 1
    assert not tiled.with_suffix(".png").exists()
    result = llc("decode", tiled, "--salvage")
    assert result.code == 3
    assert any("lost 0,0,64,64" in line for line in result.problems)
    assert "failed" not in result.err
    with Image.open(tiled.with_suffix(".png")) as image:
        pixels = np.asarray(image)
    assert (pixels[:64, :64] == 128).all()
    assert pixels[64:].std() > 0
    quiet = llc("decode", tiled, "--salvage", "--quiet", "--force")
    assert quiet.code == 3
    assert quiet.problems == result.problems
    record = json.loads(llc("decode", tiled, "--salvage", "--json", "--force").out)
    assert record["lost"] == ["0,0,64,64"]
    assert record["problems"]


def test_salvage_of_nothing_is_an_error(llc: Llc, file: Path, listing: List) -> None:
    file.write_bytes(file.read_bytes()[:-30])
    before = listing(file.parent)
    result = llc("decode", file, "--salvage")
    assert (result.code, result.out) == (1, b"")
    line = f"llc: {file}: nothing can be recovered: its only tile is lost"
    assert result.err.splitlines() == [line]
    assert listing(file.parent) == before


def test_salvage_of_a_whole_file_is_the_picture(llc: Llc, tiled: Path) -> None:
    assert llc("decode", tiled, "--salvage").code == 0
    with Image.open(tiled.with_suffix(".png")) as image:
        assert np.array_equal(np.asarray(image), np.asarray(llcodec.decode(tiled.read_bytes())))


def test_a_failure_outweighs_a_loss(llc: Llc, tiled: Path, tmp_path: Path) -> None:
    spoil(tiled, tiled.read_bytes().index(b"TILE") + 30)
    (tmp_path / "none.llc").write_bytes(b"not a picture")
    result = llc("decode", tmp_path, "--salvage", "-o", tmp_path / "out")
    assert result.code == 1
    assert "1 of 2 failed" in result.err


@pytest.mark.parametrize(
    "options",
    [["--region", "0,0,9,9", "--salvage"], ["--max-size", "9", "--salvage"]],
)
def test_parts_exclude_each_other(llc: Llc, tiled: Path, options: list[str]) -> None:
    assert llc("decode", tiled, *options).code == 2


def test_the_quality_of_jpeg_webp_and_avif(llc: Llc, file: Path, tmp_path: Path) -> None:
    sizes = []
    for quality in (20, 90):
        output = tmp_path / f"{quality}.jpg"
        assert llc("decode", file, output, "--output-quality", quality).code == 0
        sizes.append(output.stat().st_size)
    assert sizes[0] < sizes[1]
    refused = llc("decode", file, tmp_path / "x.png", "--output-quality", 50)
    assert refused.code == 2
    assert "--output-quality is for JPEG, WebP and AVIF" in refused.err
    assert llc("decode", file, tmp_path / "x.jpg", "--output-quality", 101).code == 2


def test_the_level_of_png(llc: Llc, file: Path, tmp_path: Path) -> None:
    sizes, pictures = [], []
    for level in (0, 9):
        output = tmp_path / f"{level}.png"
        assert llc("decode", file, output, "--png-level", level).code == 0
        sizes.append(output.stat().st_size)
        pictures.append(np.asarray(Image.open(output)))
    assert sizes[1] < sizes[0]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    refused = llc("decode", file, tmp_path / "x.jpg", "--png-level", 5)
    assert refused.code == 2
    assert "--png-level is for PNG" in refused.err
    assert llc("decode", file, tmp_path / "x.png", "--png-level", 10).code == 2


@pytest.mark.parametrize("suffix", [".jfif", ".jpe"])
def test_rare_suffixes_of_jpeg(llc: Llc, file: Path, tmp_path: Path, suffix: str) -> None:
    assert llc("decode", file, tmp_path / f"x{suffix}").code == 0
    with Image.open(tmp_path / f"x{suffix}") as image:
        assert image.format == "JPEG"


def test_black_point(llc: Llc, file: Path, sample: bytes) -> None:
    result = llc("decode", file, "--json", "--black-point", "20")
    assert json.loads(result.out)["black_point"] == 20
    with Image.open(file.with_suffix(".png")) as image:
        deeper = np.asarray(llcodec.decode(sample, black_point=20))
        assert np.array_equal(np.asarray(image), deeper)
        assert deeper.mean() < np.asarray(llcodec.decode(sample)).mean()
    refused = llc("decode", file, "--as-shot", "--black-point", "20", "--force")
    assert refused.code == 2
    assert "give one of --as-shot and --black-point" in refused.err


@pytest.mark.parametrize("stops", ["+0.5", "-1", "2"])
def test_exposure(llc: Llc, file: Path, sample: bytes, stops: str) -> None:
    result = llc("decode", file, "--json", "--exposure", stops)
    assert json.loads(result.out)["exposure"] == float(stops)
    with Image.open(file.with_suffix(".png")) as image:
        exposed, plain = np.asarray(image), np.asarray(llcodec.decode(sample))
        assert np.array_equal(exposed, np.asarray(llcodec.decode(sample, exposure=float(stops))))
    assert (exposed.mean() > plain.mean()) == (float(stops) > 0)


def test_brightness_beyond_the_guess_of_the_network(llc: Llc, file: Path, sample: bytes) -> None:
    assert llc("decode", file, "--brightness", "1.5").code == 0
    with Image.open(file.with_suffix(".png")) as image:
        assert np.asarray(image).mean() > np.asarray(llcodec.decode(sample)).mean() + 5


def test_a_name_without_a_suffix_gets_a_hint(llc: Llc, file: Path, tmp_path: Path) -> None:
    result = llc("decode", file, "-o", tmp_path / "out")
    assert result.code == 2
    assert "no picture can be written as" in result.err
    assert "; end it with / for a folder" in result.err
    assert "; end it" not in llc("decode", file, "-o", tmp_path / "out.foo").err
