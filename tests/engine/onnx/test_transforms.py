"""ONNX Runtime held to PyTorch: every transform, for every kind of preset."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from llcodec.codec.samples import thumbnail_of_samples
from llcodec.engine.onnx.transforms import OnnxTransforms
from llcodec.engine.protocol import Core, Place, Transforms
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.errors import BrokenModelError, InputError
from llcodec.imaging import read_picture
from tests.engine.onnx.conftest import PRESETS, Both, float_arrays, random_model
from tests.engine.test_exposures import NUMBERS

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.jpg"))
SIZES = [(16, 16), (16, 80), (48, 32), (112, 208)]
LEVEL = 1 / 255

Array = NDArray[np.float32]


def picture(height: int, width: int) -> Array:
    """A dark gradient with noise."""
    rng = np.random.default_rng(height * width)
    ramp = np.linspace(0.02, 0.3, width, dtype=np.float32)[None, :, None]
    return np.float32(0.8) * ramp + np.float32(0.1) * rng.random((height, width, 3), np.float32)


def close(mine: Array | None, wanted: Array | None, share: float = 1e-5) -> bool:
    """Whether values agree within a share of the largest."""
    assert mine is not None
    assert wanted is not None
    assert mine.shape == wanted.shape
    assert mine.dtype == wanted.dtype == np.float32
    return bool(np.abs(mine - wanted).max() <= share * max(1.0, np.abs(wanted).max()))


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_latents_and_pictures_of_every_kind_of_preset(both: Both, height: int, width: int) -> None:
    x = picture(height, width)
    thumbnail = picture(100, 150)
    tone = both.torch.predict_tone(thumbnail)
    assert both.onnx.predict_tone(thumbnail) == tone
    for curve in {tone, None}:
        for enhance in (True, False):
            wanted = both.torch.analyse(x, curve, None, enhance=enhance)
            mine = both.onnx.analyse(x, curve, None, enhance=enhance)
            # The published ratio divides by differences, which hang on the last bits.
            assert close(mine, wanted, 1e-4 if both.onnx.needs_snr_maximum else 1e-5)
    assert close(both.onnx.analyse(x, tone, 40.0), both.torch.analyse(x, tone, 40.0))
    assert close(both.onnx.synthesise(wanted), both.torch.synthesise(wanted))
    if both.preset.linear_path:
        assert all(
            close(both.onnx.preview(wanted, side), both.torch.preview(wanted, side))
            for side in (1, 2, 4)
        )
    else:
        assert both.onnx.preview(wanted) is None
    gained = np.pad(wanted, [(0, 0), *((0, -n % 4) for n in wanted.shape[1:])], mode="edge")
    assert close(both.onnx.hyper_analysis(gained), both.torch.hyper_analysis(gained))


@pytest.mark.parametrize(
    "core",
    [
        (slice(0, 30), slice(0, 26)),
        (slice(8, 22), slice(8, 18)),
        (slice(0, 1), slice(25, 26)),
        (slice(0, 11), slice(9, 26)),
    ],
)
def test_a_core_is_that_part_of_the_whole(both: Both, core: Core) -> None:
    """What is cut off on the way has no part in it."""
    rng = np.random.default_rng(3)
    latents = rng.normal(0, 5, (both.preset.latents, 30, 26)).astype(np.float32)
    rows, columns = (slice(16 * n.start, 16 * n.stop) for n in core)
    for engine in (both.onnx, both.torch):
        assert close(engine.synthesise(latents, core), engine.synthesise(latents)[rows, columns])


CORES = [
    (slice(0, 8), slice(0, 7)),
    (slice(2, 5), slice(1, 6)),
    (slice(7, 8), slice(0, 1)),
]


@pytest.mark.parametrize("core", CORES)
def test_gradients_of_the_synthesis(both: Both, core: Core) -> None:
    rng = np.random.default_rng(9)
    latents = rng.normal(0, 5, (both.preset.latents, 8, 7)).astype(np.float32)
    rows, columns = (16 * (n.stop - n.start) for n in core)
    target = rng.random((rows, columns, 3), np.float32)
    error, gradient = both.torch.synthesis_gradient(latents, target, core)
    away = both.torch.synthesise(latents, core) - target
    assert error == pytest.approx(float((away**2).sum()), rel=1e-5)
    if both.preset.family != "fast":
        with pytest.raises(InputError, match="needs the engine torch"):
            both.onnx.synthesis_gradient(latents, target, core)
        return
    mine, same = both.onnx.synthesis_gradient(latents, target, core)
    assert mine == pytest.approx(error, rel=1e-5)
    assert close(same, gradient, 1e-4)


def test_the_smallest_plane_with_a_gradient(both: Both) -> None:
    latents = np.random.default_rng(1).normal(0, 5, (both.preset.latents, 2, 2))
    given = latents.astype(np.float32), np.zeros((32, 32, 3), np.float32)
    core = slice(0, 2), slice(0, 2)
    _, wanted = both.torch.synthesis_gradient(*given, core)
    assert wanted.shape == latents.shape
    if both.preset.family != "fast":
        with pytest.raises(InputError, match="needs the engine torch"):
            both.onnx.synthesis_gradient(*given, core)
        return
    assert close(both.onnx.synthesis_gradient(*given, core)[1], wanted, 1e-4)


@pytest.mark.parametrize(
    "place",
    [
        Place(slice(0, 48), slice(0, 80), 41, 70),  # padded
        Place(slice(32, 80), slice(160, 240), 500, 700),
        Place(slice(0, 48), slice(0, 80), 1, 1),
    ],
)
def test_local_curves_know_where_a_window_lies(both: Both, place: Place) -> None:
    x = picture(48, 80)
    wanted = both.torch.analyse(x, NUMBERS, None, place=place)
    share = 1e-4 if both.onnx.needs_snr_maximum else 1e-5
    assert close(both.onnx.analyse(x, NUMBERS, None, place=place), wanted, share)
    if both.preset.linear_path:  # others see the picture as it is
        for other in (None, Place(slice(0, 48), slice(80, 160), 48, 160)):
            assert not close(both.torch.analyse(x, NUMBERS, None, place=other), wanted, 1e-3)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.3, 1.0, 2.0])
def test_tone_numbers_of_every_kind_of_preset(both: Both, level: float) -> None:
    rng = np.random.default_rng(7)
    coarse = rng.random((5, 5, 3), np.float32).repeat(20, 0).repeat(30, 1)
    noise = rng.random((100, 150, 3), np.float32) / np.float32(100)
    thumbnail = np.minimum(np.float32(level) * coarse + noise, np.float32(1))
    tone = both.torch.predict_tone(thumbnail)
    assert both.onnx.predict_tone(thumbnail) == tone
    if both.preset.local_tone and level < 0.1:
        assert tone is not None
        assert min(tone[15:18]) > 0
        assert len(set(tone[19:])) > 5


def test_every_branch_takes_part(both: Both) -> None:
    """Without this, a test that holds one engine to the other could hold nothing to nothing."""
    x = picture(48, 80)
    tone = both.onnx.predict_tone(picture(100, 150))
    assert (tone is not None) == both.preset.global_tone
    assert tone is None or len(tone) == (43 if both.preset.local_tone else 15)
    whole, plain = (both.onnx.analyse(x, tone, None, enhance=on) for on in (True, False))
    assert close(whole, plain, 1e-3) != both.preset.snr_branch
    if tone is not None:
        assert not close(both.onnx.analyse(x, None, None), whole, 1e-3)
    sees_snr = both.preset.family == "fast" or both.preset.snr_branch
    if both.onnx.needs_snr_maximum and sees_snr:
        assert not close(both.onnx.analyse(x, tone, 1000.0), whole, 1e-3)


def test_gains_and_properties(both: Both) -> None:
    assert both.onnx.latents == both.torch.latents
    assert both.onnx.needs_snr_maximum == both.torch.needs_snr_maximum
    for quality in (1.0, 4.3, 8.0):
        assert close(both.onnx.gain(quality), both.torch.gain(quality), 1e-6)
        assert close(both.onnx.inverse_gain(quality), both.torch.inverse_gain(quality), 1e-6)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 9), (3, 3), (40, 30)])
def test_snr_of_any_size(both: Both, height: int, width: int) -> None:
    """Where noise is next to nothing the ratio is large, and hangs on the last bits."""
    x = picture(height, width)
    mine, wanted = both.onnx.snr_ratio(x), both.torch.snr_ratio(x)
    assert mine.shape == wanted.shape == (height, width)
    np.testing.assert_allclose(mine, wanted, rtol=0.02)


def test_the_shipped_models(shipped: Both) -> None:
    x = picture(112, 80)
    tone = shipped.torch.predict_tone(picture(100, 150))
    wanted = shipped.torch.analyse(x, tone, None)
    assert close(shipped.onnx.analyse(x, tone, None), wanted)
    mine, shown = (engine.synthesise(wanted) for engine in (shipped.onnx, shipped.torch))
    assert np.abs(mine - shown).max() < LEVEL / 50


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_tone_of_the_examples(shipped: Both, path: Path) -> None:
    small = thumbnail_of_samples(read_picture(path).pixels)
    assert shipped.onnx.predict_tone(small) == shipped.torch.predict_tone(small)


def test_bright_pictures_get_no_tone(shipped: Both) -> None:
    bright = np.clip(picture(100, 150) * 4 + np.float32(0.3), 0, 1)
    tone = shipped.onnx.predict_tone(bright)
    assert tone == shipped.torch.predict_tone(bright)
    if tone is not None:
        assert tone[:15] == (0,) * 6 + (4096, 0, 0, 0, 4096, 0, 0, 0, 4096)
        assert not any((*tone[15:18], *tone[19:]))  # of a local curve, whose knee changes nothing


@pytest.mark.parametrize("name", ["tiny", "version 2", "paper with all else"])
@pytest.mark.parametrize("factor", [0.0, 60_000.0, -60_000.0])
def test_weights_that_make_no_sense_do_no_harm(name: str, factor: float) -> None:
    """Nothing but values that are not finite, which encoder and decoder look for."""
    preset = PRESETS[name]
    sensible = float_arrays(random_model(preset))
    arrays = {key: np.float32(factor) * value for key, value in sensible.items()}
    engine = OnnxTransforms(preset, arrays)
    x, latents = picture(48, 80), np.ones((preset.latents, 4, 4), np.float32)
    tone = 15 * (2**15 - 1,)
    assert engine.analyse(x, tone, None).shape == (preset.latents, 3, 5)
    assert engine.synthesise(latents).shape == (64, 64, 3)
    assert engine.hyper_analysis(latents).shape == (preset.hyper_latents, 1, 1)
    assert engine.gain(8.0).shape == engine.inverse_gain(1.0).shape == (preset.latents,)
    with suppress(BrokenModelError):  # where they make no tone
        engine.predict_tone(picture(100, 150))


def test_a_tone_that_is_not_finite_is_a_broken_model() -> None:
    model = random_model(PRESETS["tiny"])
    arrays = float_arrays(model)
    arrays["tone.members.0.head.2.bias"] = np.full(15, np.nan, np.float32)
    model.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()}, strict=False)
    engines = OnnxTransforms(model.preset, arrays), TorchTransforms(model.eval())
    for engine in engines:
        with pytest.raises(BrokenModelError, match="tone that is not finite"):
            engine.predict_tone(picture(100, 150))


def test_it_is_an_engine(shipped: Both) -> None:
    engine: Transforms = shipped.onnx
    assert engine.latents == 208


def test_pytorch_is_not_imported() -> None:
    code = "import sys, llcodec.engine.onnx.transforms; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
