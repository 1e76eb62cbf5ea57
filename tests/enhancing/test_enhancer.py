"""Pictures of all shapes and depths through both kinds of networks."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec._shipped import shipped_file
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.enhancing.enhancer import Enhancer
from llcodec.errors import BrokenModelError, InputError, TooManyPixelsError, UnknownModelError
from llcodec.imaging import Metadata, Picture
from llcodec.nerco.weights import NercoFile, write_nerco


@pytest.fixture(params=["onnx", "torch"])
def enhancer(model: str, request: pytest.FixtureRequest) -> Enhancer:
    return Enhancer(model, engine=request.param, device="cpu")


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("sixteen_bit", [False, True])
@pytest.mark.parametrize("shape", [(1, 2), (1, 37), (3, 2), (17, 16), (33, 70)])
def test_any_picture_comes_out_brighter_and_as_it_was_otherwise(
    enhancer: Enhancer,
    make_picture: Callable[..., Picture],
    shape: tuple[int, int],
    sixteen_bit: bool,
    grey: bool,
) -> None:
    picture = make_picture(*shape, sixteen_bit=sixteen_bit, grey=grey)
    before = picture.pixels.copy()
    alpha = np.zeros(shape, picture.pixels.dtype)
    metadata = Metadata(b"II*\0", b"a profile", b"<xmp/>")
    bright = enhancer.enhance(replace(picture, alpha=alpha, metadata=metadata))
    assert bright.pixels.shape == (*shape, 3)
    assert bright.pixels.dtype == picture.pixels.dtype
    assert bright.pixels.mean() > picture.pixels.mean()
    assert (bright.alpha is alpha, bright.metadata, bright.grey) == (True, metadata, grey)
    assert np.array_equal(picture.pixels, before)
    if grey:
        assert (bright.pixels == bright.pixels[..., :1]).all()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_the_black_point_of_the_result(
    enhancer: Enhancer, make_picture: Callable[..., Picture], strength: float
) -> None:
    picture = make_picture(40, 60)
    plain = enhancer.enhance(picture, strength).pixels / 255
    black = enhancer.enhance(picture, strength, black_point=51).pixels / 255
    assert np.abs(black - np.maximum(plain - 0.2, 0) / 0.8).max() < 0.006
    with pytest.raises(InputError, match="the black point must be from 0 to 64, not 65"):
        enhancer.enhance(picture, black_point=65)


@pytest.mark.parametrize("colour", [(0, 0, 0), (6, 6, 6), (255, 255, 255), (255, 0, 0)])
def test_one_colour_comes_back_as_it_is(enhancer: Enhancer, colour: tuple[int, int, int]) -> None:
    for shape in ((1, 1), (40, 50)):
        pixels = np.full((*shape, 3), colour, np.uint8)
        bright = enhancer.enhance(Picture(pixels), exposure=1)
        assert np.array_equal(bright.pixels, pixels)


def test_bars_change_nothing_between_them_and_come_back(
    enhancer: Enhancer, make_picture: Callable[..., Picture]
) -> None:
    alone = make_picture(40, 60)
    pixels = np.full((64, 60, 3), 200, np.uint8)
    pixels[10:50] = alone.pixels
    bright = enhancer.enhance(Picture(pixels)).pixels
    assert np.array_equal(bright[10:50], enhancer.enhance(alone).pixels)
    assert (bright[:10] == 200).all()
    assert (bright[50:] == 200).all()


def test_corners_come_back(enhancer: Enhancer, make_picture: Callable[..., Picture]) -> None:
    pixels = make_picture(80, 80).pixels.copy()
    y, x = np.mgrid[:80, :80] - 39.5
    outside = np.hypot(y, x) > 40
    pixels[outside] = 0
    bright = enhancer.enhance(Picture(pixels)).pixels
    assert (bright[outside] == 0).all()
    assert bright[~outside].mean() > pixels[~outside].mean()


def test_no_strength_is_the_very_picture(
    enhancer: Enhancer, make_picture: Callable[..., Picture]
) -> None:
    for sixteen_bit in (False, True):
        picture = make_picture(20, 30, sixteen_bit=sixteen_bit)
        assert np.array_equal(enhancer.enhance(picture, 0).pixels, picture.pixels)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("sixteen_bit", [False, True])
def test_half_the_strength_lies_between(
    enhancer: Enhancer, make_picture: Callable[..., Picture], sixteen_bit: bool, grey: bool
) -> None:
    picture = make_picture(40, 50, sixteen_bit=sixteen_bit, grey=grey)
    full, half = (enhancer.enhance(picture, s).pixels.astype(int) for s in (1.0, 0.5))
    shot = picture.pixels.astype(int)
    assert (half >= np.minimum(shot, full)).all()
    assert (half <= np.maximum(shot, full)).all()
    # In linear light the middle of dark and bright lies nearer to the bright one.
    assert (shot.mean() + full.mean()) / 2 < half.mean() < full.mean()
    if grey:
        assert (half == half[..., :1]).all()


def test_sixteen_bits_are_neither_read_nor_written_as_eight(
    enhancer: Enhancer, make_picture: Callable[..., Picture]
) -> None:
    shallow = make_picture(48, 64)
    deep = replace(shallow, pixels=shallow.pixels.astype(np.uint16) * 257)
    from_deep = enhancer.enhance(deep).pixels
    assert (from_deep % 257 != 0).mean() > 0.9
    assert np.abs(from_deep / 257 - enhancer.enhance(shallow).pixels).max() <= 0.5 + 1e-3
    finer = replace(deep, pixels=deep.pixels + np.uint16(90))
    assert (enhancer.enhance(finer).pixels != from_deep).mean() > 0.9


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_strengths_out_of_their_range_are_refused(
    enhancer: Enhancer, make_picture: Callable[..., Picture], strength: float
) -> None:
    with pytest.raises(InputError, match="strength"):
        enhancer.enhance(make_picture(4, 4), strength)


def test_pictures_too_thin_are_refused(enhancer: Enhancer) -> None:
    pixels = np.broadcast_to(np.zeros(3, np.uint8), (1, 2_000_000, 3))
    with pytest.raises(TooManyPixelsError, match="too thin"):
        enhancer.enhance(Picture(pixels))


def test_an_enhancer_says_which_model_it_has(nerco_path: Path) -> None:
    nerco, joint = Enhancer(str(nerco_path), device="cpu"), Enhancer(device="cpu")
    assert (nerco.name, joint.name) == ("tiny-nerco", DEFAULT_MODEL)
    assert len(nerco.sha256) == len(joint.sha256) == 64


def test_no_such_model_or_device(nerco_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        Enhancer("nothing")
    with pytest.raises(InputError, match="unknown device"):
        Enhancer(str(nerco_path), device="tpu")


def test_a_model_that_makes_no_numbers_is_broken(
    nerco: NercoFile, make_picture: Callable[..., Picture], tmp_path: Path
) -> None:
    """Weights may be finite and what they make of a picture not."""
    write_nerco(tmp_path / "a", nerco)
    enhancer = Enhancer(str(tmp_path / "a"), engine="torch", device="cpu")
    for parameter in enhancer._network._network._model.parameters():  # type: ignore[attr-defined]
        torch.nn.init.constant_(parameter, 3e38)
    with pytest.raises(BrokenModelError, match="the model tiny-nerco makes values"):
        enhancer.enhance(make_picture(16, 16))


@pytest.mark.parametrize("kind", ["joint", "nerco"])
def test_inference_imports_nothing_that_only_training_needs(kind: str, nerco_path: Path) -> None:
    path = shipped_file("fast") if kind == "joint" else nerco_path
    code = (
        "import sys, numpy, llcodec; from PIL import Image;"
        f"llcodec.enhance(Image.new('RGB', (20, 20)), model={str(path)!r}, strength=0.5);"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "llcodec.enhancing.enhancer" in loaded
    training = (
        "torch",
        "llcodec.training",
        "llcodec.data",
        "llcodec.text_guide",
        "open_clip",
        "torchvision",
    )
    assert not [name for name in loaded if name.startswith(training)]
    parts = ("losses", "step", "discriminators", "guidance", "dual_loop")
    assert not loaded & {f"llcodec.nerco.{part}" for part in parts}
