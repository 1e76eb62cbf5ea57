from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from llcodec import container, imaging
from llcodec._arrays import Samples
from llcodec.codec.codec import Codec, Target, check_model
from llcodec.codec.region import Region
from llcodec.container import Limits
from llcodec.entropy.fixed_point import IntegerLayer, Whole
from llcodec.errors import (
    CorruptError,
    InputError,
    LlcError,
    QualityError,
    TooManyPixelsError,
    TruncatedError,
    UnsupportedError,
    WrongModelError,
)
from llcodec.imaging import Metadata, Picture
from llcodec.training.export import export_model
from tests.blas import blas_threads, needs_blas

if TYPE_CHECKING:
    from tests.codec.conftest import MakePicture
    from tests.codec.started import Tiny

EXAMPLE = Path(__file__).parents[2] / "examples" / "lantern.jpg"
SIZES = [(1, 1), (2, 3), (16, 16), (17, 33), (131, 257)]


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    white = np.iinfo(a.dtype).max
    error = (a.astype(float) - b.astype(float)) / white
    return float(-10 * np.log10(np.mean(error**2) + 1e-12))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_pictures_of_all_sizes_come_back_as_shot(
    tiny: "Tiny", make_picture: "MakePicture", height: int, width: int
) -> None:
    pixels = make_picture(height, width, seed=6, white=70)
    data = tiny.codec.encode(Picture(pixels), Target(8.0))
    back = tiny.codec.decode(data, brightness=0)
    assert back.pixels.shape == pixels.shape
    assert back.pixels.dtype == np.uint8
    assert psnr(back.pixels, pixels) > 30
    bright = tiny.codec.decode(data)
    if height * width > 1:  # one colour has no exposure to guess
        assert bright.pixels.mean() > 1.4 * back.pixels.mean()


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
def test_every_kind_of_picture_keeps_its_kind(
    tiny: "Tiny", make_picture: "MakePicture", deep: bool, grey: bool, alpha: bool
) -> None:
    pixels: Samples = make_picture(40, 50, seed=7, white=90)
    if grey:
        pixels = np.repeat(pixels[..., :1], 3, 2)
    if deep:
        pixels = pixels.astype(np.uint16) * 257
    plane = np.arange(2000).reshape(40, 50).astype(pixels.dtype) if alpha else None
    metadata = Metadata(exif=b"II*\0\x08\0\0\0\0\0\0\0\0\0", icc=b"profile", xmp=b"<x/>")
    data = tiny.codec.encode(Picture(pixels, plane, grey, metadata), Target(7.0))
    back = tiny.codec.decode(data, brightness=0)
    assert back.pixels.dtype == pixels.dtype
    assert back.grey == grey
    assert back.metadata == metadata
    assert psnr(back.pixels, pixels) > 30
    if grey:
        assert (back.pixels == back.pixels[..., :1]).all()
    if plane is None:
        assert back.alpha is None
    else:
        np.testing.assert_array_equal(back.alpha, plane)


def test_sixteen_bits_are_more_than_eight(tiny: "Tiny", make_picture: "MakePicture") -> None:
    pixels = make_picture(64, 64, white=60).astype(np.uint16) * 257
    back = tiny.codec.decode(tiny.codec.encode(Picture(pixels)))
    assert len(np.unique(back.pixels)) > 256
    assert (back.pixels % 257 != 0).any()


def test_encoding_is_deterministic_and_says_what_it_did(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    picture = Picture(make_picture(80, 70, white=50))
    data = tiny.codec.encode(picture, Target(3.3))
    assert tiny.codec.encode(picture, Target(3.3)) == data
    header = tiny.codec.verify(data)
    assert (header.width, header.height) == (70, 80)
    assert header.quality_units == round(3.3 * 256)
    assert (header.model_name, header.model_hash) == ("tiny", tiny.file.short_hash)
    assert header.tone is not None
    assert header == container.read_header(data)


def test_default_quality_is_four(tiny: "Tiny", make_picture: "MakePicture") -> None:
    picture = Picture(make_picture(20, 20))
    assert tiny.codec.encode(picture) == tiny.codec.encode(picture, Target(4.0))


def test_quality_is_paid_for_in_bytes_and_repaid_in_decibels(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    pixels = make_picture(200, 200, seed=9, white=80)
    files = [tiny.codec.encode(Picture(pixels), Target(float(q))) for q in (1, 4, 8)]
    sizes = [len(f) for f in files]
    scores = [psnr(tiny.codec.decode(f, brightness=0).pixels, pixels) for f in files]
    assert sizes == sorted(sizes)
    assert scores == sorted(scores)
    assert scores[-1] > scores[0] + 1


def test_brightness_rises_from_as_shot_to_enhanced(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    data = tiny.codec.encode(Picture(make_picture(60, 60, white=50)))
    means = [
        float(tiny.codec.decode(data, brightness=b).pixels.mean())
        for b in (0, 0.2, 0.5, 0.8, 1, 1.3, 2)
    ]
    assert means == sorted(means)
    assert means[-1] > 2 * means[0]


@pytest.mark.parametrize("sixteen_bit", [False, True])
@pytest.mark.parametrize("grey", [False, True])
def test_the_black_point_in_every_way_of_decoding(
    tiny: "Tiny", make_picture: "MakePicture", sixteen_bit: bool, grey: bool
) -> None:
    pixels = make_picture(80, 60, white=50)
    pixels = np.repeat(pixels[..., :1], 3, 2) if grey else pixels
    deep = pixels.astype(np.uint16) * np.uint16(257)
    data = tiny.codec.encode(Picture(deep if sixteen_bit else pixels, grey=grey))
    ways: list[Callable[[float], Picture]] = [
        lambda level: tiny.codec.decode(data, black_point=level),
        lambda level: tiny.codec.decode(data, exposure=0.5, black_point=level),
        lambda level: tiny.codec.decode_small(data, 4, black_point=level),
        lambda level: tiny.codec.decode_small(data, 30, black_point=level),
        lambda level: tiny.codec.salvage(data, black_point=level).picture,
    ]
    for way in ways:
        plain, black = (way(level).pixels / (65535 if sixteen_bit else 255) for level in (0, 51))
        assert np.abs(black - np.maximum(plain - 0.2, 0) / 0.8).max() < 0.02
        assert black.mean() < plain.mean()


def test_exposure_rises_in_every_way_of_decoding(tiny: "Tiny", make_picture: "MakePicture") -> None:
    data = tiny.codec.encode(Picture(make_picture(80, 60, white=50)))
    ways: list[Callable[[float], Picture]] = [
        lambda stops: tiny.codec.decode(data, exposure=stops),
        lambda stops: tiny.codec.decode(data, brightness=0, exposure=stops),
        lambda stops: tiny.codec.decode_small(data, 4, exposure=stops),
        lambda stops: tiny.codec.decode_small(data, 30, exposure=stops),
        lambda stops: tiny.codec.salvage(data, exposure=stops).picture,
    ]
    for way in ways:
        means = [float(way(stops).pixels.mean()) for stops in (-2, -1, 0, 0.5, 1)]
        assert means == sorted(set(means))
    plain, still = tiny.codec.decode(data), tiny.codec.decode(data, exposure=1e-6)
    assert np.abs(plain.pixels.astype(int) - still.pixels).max() <= 1


def test_tiles_and_one_piece_look_the_same(tiny: "Tiny", make_picture: "MakePicture") -> None:
    """Latents are rounded around other means in each tile, so pixels are close, not equal."""
    picture = Picture(make_picture(150, 210, seed=10, white=80))
    one = tiny.codec.encode(picture, Target(8.0))
    many = tiny.codec.encode(picture, Target(8.0), tile_size=64)
    assert tiny.codec.verify(many).tile_count == 12
    pieces = tiny.codec.decode(many).pixels
    assert psnr(pieces, tiny.codec.decode(one).pixels) > 35
    assert psnr(tiny.codec.decode(many, brightness=0).pixels, picture.pixels) > 30


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_target_sizes_are_met_from_below(
    tiny: "Tiny", make_picture: "MakePicture", share: float
) -> None:
    picture = Picture(make_picture(200, 200, seed=9, white=80))
    least, most = (len(tiny.codec.encode(picture, Target(q))) for q in (1.0, 8.0))
    size = int(least + share * (most - least))
    found = len(tiny.codec.encode(picture, Target(None, size=size)))
    assert 0.97 * size <= found <= size
    bpp = 8 * size / picture.pixels[..., 0].size
    assert len(tiny.codec.encode(picture, Target(None, bpp=bpp))) <= size


def test_targets_that_cannot_be_met(tiny: "Tiny", make_picture: "MakePicture") -> None:
    picture = Picture(make_picture(30, 30))
    for target in (Target(None, size=10), Target(None, bpp=1e-6)):
        with pytest.raises(QualityError, match="cannot be reached"):
            tiny.codec.encode(picture, target)
    for quality in (0.99, 8.01, float("nan"), -1.0):
        with pytest.raises(QualityError):
            tiny.codec.encode(picture, Target(quality))


@pytest.mark.parametrize(
    "wrong",
    [
        {"quality": 4.0, "size": 100},
        {"quality": None, "size": 100, "bpp": 1.0},
        {"quality": None, "size": 0},
        {"quality": None, "bpp": 0.0},
        {"quality": None, "bpp": float("nan")},
        {"quality": None, "bpp": float("inf")},
    ],
)
def test_targets_are_one_positive_number(wrong: dict[str, float | None]) -> None:
    with pytest.raises(QualityError):
        Target(**wrong)  # type: ignore[arg-type]


def test_targets_work_alone() -> None:
    assert Target() == Target(4.0) == Target(quality=4.0)
    assert Target(bpp=0.2).quality is None
    assert Target(size=100) == Target(None, size=100)


def test_files_of_other_weights_are_refused(
    tiny: "Tiny", make_picture: "MakePicture", tmp_path: Path
) -> None:
    path = tmp_path / "other.safetensors"
    export_model(tiny.trained, "other", tiny.calibration, {}, path)
    other = Codec(str(path), device="cpu")
    data = other.encode(Picture(make_picture(10, 10)))
    for call in (tiny.codec.decode, tiny.codec.verify):
        with pytest.raises(WrongModelError, match="other"):
            call(data)
    check_model(container.read_header(data), other.file)


def test_every_flipped_byte_is_noticed(tiny: "Tiny", make_picture: "MakePicture") -> None:
    alpha = np.full((35, 21), 128, np.uint8)
    data = tiny.codec.encode(Picture(make_picture(35, 21, white=90), alpha))
    rng = np.random.default_rng(4)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(LlcError):
            tiny.codec.decode(bytes(damaged))


def test_every_truncation_is_noticed(tiny: "Tiny", make_picture: "MakePicture") -> None:
    data = tiny.codec.encode(Picture(make_picture(35, 21, white=90)))
    for length in range(0, len(data), 3):
        with pytest.raises(LlcError):
            tiny.codec.verify(data[:length])
    with pytest.raises(TruncatedError):
        tiny.codec.decode(data[:-5])


def test_streams_that_lie_under_a_good_crc_are_corrupt(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    """Whoever repacks a damaged stream gets past the CRC, and is stopped by the checksum."""
    data = tiny.codec.encode(Picture(make_picture(90, 90, white=90)))
    file = container.unpack(data, Limits())
    (tile,) = file.tiles
    for place in range(0, len(tile.stream), 13):
        stream = bytearray(tile.stream)
        stream[place] ^= 0x10
        bad = replace(file, tiles=(replace(tile, stream=bytes(stream)),))
        packed = container.pack(bad)
        for call in (tiny.codec.decode, tiny.codec.verify):
            with pytest.raises(CorruptError):
                call(packed)


def test_pixel_limits_hold(tiny: "Tiny", make_picture: "MakePicture") -> None:
    data = tiny.codec.encode(Picture(make_picture(20, 20)))
    with pytest.raises(TooManyPixelsError):
        tiny.codec.decode(data, limits=Limits(max_pixels=399))
    tiny.codec.decode(data, limits=Limits(max_pixels=400))


def test_brightness_outside_its_range(tiny: "Tiny", make_picture: "MakePicture") -> None:
    data = tiny.codec.encode(Picture(make_picture(20, 20)))
    for brightness in (-0.1, 2.5, float("nan")):
        with pytest.raises(InputError):
            tiny.codec.decode(data, brightness=brightness)
    for exposure in (-4.1, 4.1, float("nan")):
        with pytest.raises(InputError, match="exposure must be from -4 to 4 stops"):
            tiny.codec.decode(data, exposure=exposure)
    for level in (-1, 64.1, float("nan")):
        with pytest.raises(InputError, match="the black point must be from 0 to 64"):
            tiny.codec.decode(data, black_point=level)


def test_pictures_too_thin_for_their_padding_are_refused(tiny: "Tiny") -> None:
    thin = Picture(np.zeros((1, 3_000_000, 3), np.uint8))
    with pytest.raises(TooManyPixelsError, match="thin"):
        tiny.codec.encode(thin)


def test_tiles_too_large_to_decode_in_bounded_memory_are_refused(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    file = container.unpack(tiny.codec.encode(Picture(make_picture(16, 16))))
    header = replace(file.header, width=5000, height=16, tile_size=8192)
    data = container.pack(replace(file, header=header))
    with pytest.raises(UnsupportedError, match="tiles"):
        tiny.codec.decode(data)


@pytest.fixture(scope="module")
def tiled(tiny: "Tiny", make_picture: "MakePicture") -> bytes:
    """A picture with alpha in 4×3 tiles, columns × rows."""
    alpha = np.arange(333 * 470).reshape(333, 470).astype(np.uint8)
    picture = Picture(make_picture(333, 470, seed=12, white=80), alpha)
    return tiny.codec.encode(picture, Target(6.0), tile_size=128)


@pytest.mark.parametrize("brightness", [1.0, 0.3])
@pytest.mark.parametrize(
    "region",
    [
        Region(0, 0, 470, 333),
        Region(0, 0, 1, 1),
        Region(469, 332, 1, 1),
        Region(127, 127, 2, 2),
        Region(130, 5, 100, 300),
        Region(3, 200, 460, 17),
    ],
    ids=str,
)
def test_a_region_is_that_part_of_the_picture(
    tiny: "Tiny", tiled: bytes, region: Region, brightness: float
) -> None:
    whole = tiny.codec.decode(tiled, brightness=brightness)
    part = tiny.codec.decode(tiled, brightness=brightness, region=region)
    assert (part.width, part.height) == (region.width, region.height)
    expected = whole.pixels[region.rows, region.columns].astype(int)
    assert np.abs(part.pixels - expected).max() <= 1
    assert part.alpha is not None
    assert whole.alpha is not None
    np.testing.assert_array_equal(part.alpha, whole.alpha[region.rows, region.columns])


def test_a_region_takes_only_the_tiles_around_it(tiny: "Tiny", tiled: bytes) -> None:
    """Tiles that are not needed may be damaged behind a right CRC, and nobody notices."""
    file = container.unpack(tiled)
    wrong = container.Tile(file.tiles[11].checksum ^ 1, file.tiles[11].stream)
    broken = container.pack(replace(file, tiles=(*file.tiles[:11], wrong)))
    with pytest.raises(CorruptError, match="tile 11"):
        tiny.codec.decode(broken)
    assert tiny.codec.decode(broken, region=Region(0, 0, 100, 100)).width == 100
    with pytest.raises(CorruptError, match="tile 11"):
        tiny.codec.decode(broken, region=Region(300, 250, 10, 10))


def test_a_region_outside_the_picture_is_an_input_error(tiny: "Tiny", tiled: bytes) -> None:
    with pytest.raises(InputError, match="not within"):
        tiny.codec.decode(tiled, region=Region(400, 0, 100, 10))


def test_tiles_decode_to_the_same_picture_on_any_number_of_threads(
    tiny: "Tiny", tiled: bytes
) -> None:
    before = torch.get_num_threads()
    try:
        pictures = []
        for threads in (1, 3):
            torch.set_num_threads(threads)
            pictures.append(tiny.codec.decode(tiled).pixels.astype(int))
            assert torch.get_num_threads() == threads
        assert np.abs(pictures[0] - pictures[1]).max() <= 1
    finally:
        torch.set_num_threads(before)


def test_small_enough_pictures_come_as_they_are(tiny: "Tiny", tiled: bytes) -> None:
    whole = tiny.codec.decode(tiled)
    for size in (470, 10_000):
        small = tiny.codec.decode_small(tiled, size)
        np.testing.assert_array_equal(small.pixels, whole.pixels)
        np.testing.assert_array_equal(small.alpha, whole.alpha)


@pytest.mark.parametrize(("size", "shape"), [(200, (142, 200)), (29, (21, 29)), (1, (1, 1))])
@pytest.mark.parametrize("brightness", [1.0, 0.0])
def test_small_pictures_are_the_large_one_scaled(
    tiny: "Tiny", tiled: bytes, size: int, shape: tuple[int, int], brightness: float
) -> None:
    """Scaled (200), or made from the linear path alone (29 is below a sixteenth).

    The tiny model's other path is random, and adds what a trained one would not.
    """
    whole = tiny.codec.decode(tiled, brightness=brightness)
    small = tiny.codec.decode_small(tiled, size, brightness=brightness)
    assert small.pixels.shape == (*shape, 3)
    assert small.alpha is not None
    assert small.alpha.shape == shape
    expected = imaging.resize(whole, shape[1], shape[0])
    assert psnr(small.pixels, expected.pixels) > (40 if size == 200 else 20)


@pytest.mark.parametrize(
    ("model", "block", "most", "least"),
    [
        *(("fast-3", block, most, 40) for block, most in ((16, 7), (8, 10), (4, 20))),
        *(("fast-4", block, most, 39) for block, most in ((16, 7), (8, 8), (4, 9))),
        *(("fast-5", block, most, 39) for block, most in ((16, 8), (8, 9), (4, 9))),
    ],
)
def test_a_quarter_of_the_size_needs_the_linear_path_alone(
    model: str, block: int, most: int, least: float
) -> None:
    """With the weights that ship: the synthesis transform hardly changes means of pixels."""
    codec = Codec(model)
    data = codec.encode(Picture(imaging.read_picture(EXAMPLE).pixels[:832]), Target(4.0))
    small = codec.decode_small(data, 1280 // block).pixels
    whole = codec.decode(data).pixels
    blocks = whole.reshape(832 // block, block, 1280 // block, block, 3).mean((1, 3))
    assert np.abs(small - blocks).max() < most
    assert psnr(small, blocks.round().astype(np.uint8)) > least


def test_a_size_of_nothing_is_refused(tiny: "Tiny", tiled: bytes) -> None:
    with pytest.raises(InputError, match="at least 1 pixel"):
        tiny.codec.decode_small(tiled, 0)


@needs_blas
def test_integer_networks_multiply_with_one_thread(
    tiny: "Tiny", make_picture: "MakePicture", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: 3)
    seen: set[int] = set()
    multiply = IntegerLayer._product

    def watched(layer: IntegerLayer, rows: Whole) -> Whole:
        seen.update(blas_threads())
        return multiply(layer, rows)

    monkeypatch.setattr(IntegerLayer, "_product", watched)
    codec, counts = tiny.codec, {}
    with threadpool_limits(2, "blas"):
        data = codec.encode(Picture(make_picture(120, 200, seed=6, white=70)), tile_size=64)
        works: dict[str, Callable[[], object]] = {
            "decode": lambda: codec.decode(data),
            "decode_small": lambda: codec.decode_small(data, 12),
            "salvage": lambda: codec.salvage(data),
            "verify": lambda: codec.verify(data),
        }
        counts["encode"] = set(seen)
        for name, work in works.items():
            seen.clear()
            work()
            counts[name] = set(seen)
        assert blas_threads() == {2}
    assert counts == {name: {1} for name in ("encode", *works)}
