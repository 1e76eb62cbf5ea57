"""Codecs with local tone curves, from pictures to files and back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from llcodec import container
from llcodec.codec.codec import Codec, Target
from llcodec.codec.encoder import analyse
from llcodec.codec.region import Region
from llcodec.codec.windows import SIDE
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.engine.protocol import Transforms
from llcodec.engine.tensors import to_tensor
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.errors import CorruptError
from llcodec.imaging import Picture
from llcodec.nets.joint import JointModel
from llcodec.nets.local_tone import places_within
from llcodec.nets.presets import Preset
from llcodec.nets.tone_networks import LocalToneNetwork
from llcodec.nets.tone_numbers import curve_of_numbers
from llcodec.training.export import export_model
from tests.codec.conftest import MakePicture
from tests.codec.started import calibration_of, started_model

ENGINES = pytest.mark.parametrize("engine", ["onnx", "torch"])
SIZES = [(1, 1), (2, 3), (16, 16), (17, 33), (131, 257)]


@pytest.fixture(scope="module")
def model(tiny_preset: Preset) -> JointModel:
    preset = replace(
        tiny_preset,
        widths=(0, 8, 8, 16),
        context_features=0,
        entropy_hidden=(),
        groups=(6, 10),
        group_features=(8, 9),
        group_hidden=(12, 14),
        local_tone=True,
    )
    made = started_model(preset)
    for part in made.modules():
        if isinstance(part, LocalToneNetwork):
            nn.init.normal_(part.grid.weight, std=3)  # exposures of some stops
    return made


@pytest.fixture(scope="module")
def path(model: JointModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("local-tone") / "tiny-local.safetensors"
    export_model(model, "tiny-local", calibration_of(model), {}, made)
    return made


@pytest.fixture(scope="module")
def codec(path: Path) -> Codec:
    return Codec(str(path), device="cpu")


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = (a.astype(float) - b.astype(float)) / 255
    return float(-10 * np.log10(np.mean(error**2) + 1e-12))


def spread(tone: tuple[int, ...] | None) -> int:
    """How far apart the exposures are, in 1/32 stops."""
    assert tone is not None
    assert len(tone) == 43
    return max(tone[19:]) - min(tone[19:])


@ENGINES
@torch.inference_mode()
def test_a_large_picture_is_analysed_as_if_in_one_piece(
    model: JointModel, path: Path, make_picture: MakePicture, engine: str
) -> None:
    transforms: Transforms = TorchTransforms(model)
    if engine == "onnx":
        arrays = {k: v.numpy() for k, v in model.state_dict().items()}
        floats = Codec(str(path), device="cpu").file.arrays
        transforms = OnnxTransforms(model.preset, {name: arrays[name] for name in floats})
    pixels = make_picture(40, (SIDE + 6) * 16 - 5, seed=3, white=70)
    analysis = analyse(transforms, pixels)
    assert spread(analysis.tone) > 16
    assert analysis.tone is not None
    size, padded = pixels.shape[:2], (48, (SIDE + 6) * 16)
    x = F.pad(to_tensor(pixels), (0, 5, 0, 8), mode="replicate")
    curve = curve_of_numbers(analysis.tone)
    places = places_within((size[0], size[1]), padded)
    whole = model.analyse(x, curve, places=places)[0]
    torch.testing.assert_close(torch.from_numpy(analysis.latents()), whole, atol=3e-4, rtol=1e-4)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_pictures_of_all_sizes_come_back_as_shot(
    codec: Codec, make_picture: MakePicture, height: int, width: int
) -> None:
    pixels = make_picture(height, width, seed=6, white=70)
    data = codec.encode(Picture(pixels), Target(8.0))
    back = codec.decode(data, brightness=0)
    assert back.pixels.shape == pixels.shape
    assert psnr(back.pixels, pixels) > 30
    if height * width > 1:
        assert container.read_version(data) == (2, 0)
        assert codec.decode(data).pixels.mean() > 1.4 * back.pixels.mean()


def test_both_engines_write_the_same_tone(path: Path, make_picture: MakePicture) -> None:
    picture = Picture(make_picture(100, 150, seed=2, white=60))
    codecs = [Codec(str(path), engine=engine, device="cpu") for engine in ("onnx", "torch")]
    files = [codec.encode(picture, Target(6.0)) for codec in codecs]
    tones = [container.read_header(data).tone for data in files]
    assert tones[0] == tones[1]
    assert spread(tones[0]) > 16
    for brightness in (0.0, 0.5, 1.0, 1.5):
        shown = [c.decode(files[0], brightness=brightness).pixels.astype(int) for c in codecs]
        assert np.abs(shown[0] - shown[1]).max() <= 2


def test_brightness_rises_from_as_shot_to_enhanced(codec: Codec, make_picture: MakePicture) -> None:
    data = codec.encode(Picture(make_picture(60, 60, white=50)))
    levels = (0, 0.2, 0.5, 0.8, 1, 1.3, 2)
    means = [float(codec.decode(data, brightness=b).pixels.mean()) for b in levels]
    assert means == sorted(set(means))


@pytest.mark.parametrize("brightness", [0.0, 0.5])
def test_regions_are_parts_of_the_whole(
    codec: Codec, make_picture: MakePicture, brightness: float
) -> None:
    data = codec.encode(Picture(make_picture(150, 230, white=60)), tile_size=64)
    whole = codec.decode(data, brightness=brightness).pixels
    part = codec.decode(data, brightness=brightness, region=Region(101, 37, 70, 90)).pixels
    assert np.abs(part.astype(int) - whole[37:127, 101:171]).max() <= 1


def test_several_windows_look_like_one(codec: Codec, make_picture: MakePicture) -> None:
    pixels = make_picture(33, (SIDE + 9) * 16 - 3, seed=4, white=70)
    back = codec.decode(codec.encode(Picture(pixels), Target(8.0)), brightness=0)
    assert psnr(back.pixels, pixels) > 30


@pytest.mark.parametrize("step", [16, 8, 4])
@pytest.mark.parametrize("brightness", [0.0, 0.5, 1.0])
def test_previews_have_the_light_of_the_picture(
    codec: Codec, make_picture: MakePicture, brightness: float, step: int
) -> None:
    data = codec.encode(Picture(make_picture(304, 400, seed=5, white=70)))
    whole = codec.decode(data, brightness=brightness).pixels.astype(float)
    means = whole.reshape(304 // step, step, 400 // step, step, 3).mean((1, 3))
    small = codec.decode_small(data, 400 // step, brightness=brightness).pixels.astype(float)
    assert small.shape == means.shape
    assert np.abs(small - means).mean() < 6


@pytest.mark.parametrize("colour", [0, 255])
def test_bars_keep_their_colour_and_exposures_lie_in_the_picture(
    codec: Codec, path: Path, make_picture: MakePicture, colour: int
) -> None:
    """Without the areas of one colour, which a decoder restores."""
    alone = make_picture(96, 128, white=50)
    barred = np.full((192, 128, 3), colour, np.uint8)
    barred[96:] = alone
    inner, outer = (analyse(codec.transforms, pixels).tone for pixels in (alone, barred))
    assert inner is not None
    assert outer is not None
    assert outer[:19] == inner[:19]
    assert outer[19:31] == inner[19:25] * 2  # above the content, as at its upper border
    assert outer[19:] != inner[19:]
    file = container.unpack(codec.encode(Picture(barred), Target(8.0)))
    data = container.pack(replace(file, flat=()))
    bright, shot = (codec.decode(data, brightness=b).pixels.astype(int) for b in (1, 0))
    assert np.abs(bright[:80] - colour).mean() < 12
    assert psnr(shot[112:], alone[16:]) > 30


def test_a_picture_of_one_colour_stays_a_file_of_version_1(codec: Codec) -> None:
    pixels = np.full((40, 50, 3), 7, np.uint8)
    data = codec.encode(Picture(pixels))
    assert container.read_version(data)[0] == 1
    assert np.array_equal(codec.decode(data, brightness=0).pixels, pixels)


def test_salvage_shows_the_same(codec: Codec, make_picture: MakePicture) -> None:
    data = codec.encode(Picture(make_picture(100, 130, white=60)), tile_size=64)
    found = codec.salvage(data, brightness=0.3)
    assert found.problems == ()
    assert np.array_equal(found.picture.pixels, codec.decode(data, brightness=0.3).pixels)


def test_singular_curves_are_corrupt(codec: Codec, make_picture: MakePicture) -> None:
    file = container.unpack(codec.encode(Picture(make_picture(30, 40, white=60))))
    tone = file.header.tone
    assert tone is not None
    header = replace(file.header, tone=(*tone[:6], *[1000] * 9, *tone[15:]))
    data = container.pack(replace(file, header=header))
    assert codec.decode(data).pixels.shape == (30, 40, 3)
    with pytest.raises(CorruptError, match="tone curve"):
        codec.decode(data, brightness=0)
