import copy
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec.codec.codec import Codec, Target
from llcodec.codec.effort import Search
from llcodec.codec.encoder import Analysis, analyse, encode_tiles
from llcodec.codec.weights import read_model
from llcodec.codec.windows import ENCODER_HALO, SIDE, LatentBox, windows
from llcodec.container import Header
from llcodec.engine.tensors import to_tensor
from llcodec.engine.torch_transforms import TorchTransforms
from llcodec.entropy.latent_coder import LatentCoder, TileLatents
from llcodec.errors import BrokenModelError
from llcodec.imaging import Picture
from llcodec.nets.joint import JointModel
from llcodec.nets.tone import thumbnail
from llcodec.nets.tone_numbers import from_numbers
from llcodec.training.export import Calibration, export_model
from tests.conftest import photograph

if TYPE_CHECKING:
    from tests.codec.conftest import MakePicture
    from tests.codec.started import Tiny


@torch.inference_mode()
def test_a_large_picture_is_analysed_as_if_in_one_piece(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    pixels = make_picture(40, (SIDE + 6) * 16 - 5, seed=3, white=70)
    analysis = analyse(TorchTransforms(tiny.trained), pixels)
    assert analysis.tone is not None
    x = F.pad(to_tensor(pixels), (0, 5, 0, 8), mode="replicate")
    whole = tiny.trained.analyse(x, from_numbers(analysis.tone))[0]
    torch.testing.assert_close(torch.from_numpy(analysis.latents()), whole, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("model", ["base", "base-2"])
@pytest.mark.parametrize("wide", [True, False])
def test_what_a_halo_leaves_out_does_not_matter(
    model: str, wide: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transforms of shipped models reach farther than the halo, by less than rounding."""
    transforms = Codec(model).transforms
    pixels = photograph(2, 96, 16 * (SIDE + 6))
    pixels = pixels if wide else np.ascontiguousarray(pixels.transpose(1, 0, 2))
    height, width = (side // 16 for side in pixels.shape[:2])
    assert len(list(windows(height, width, ENCODER_HALO))) > 1
    pieces = analyse(transforms, pixels).latents()
    monkeypatch.setattr("llcodec.codec.windows.SIDE", SIDE + 6)
    whole = analyse(transforms, pixels).latents()
    assert np.abs(pieces - whole).max() < 2e-5 * whole.std()


@torch.inference_mode()
def test_the_published_snr_is_that_of_the_whole_picture(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    model = JointModel(replace(tiny.trained.preset, snr="published")).eval()
    model.load_state_dict(tiny.trained.state_dict())
    pixels = make_picture(40, (SIDE + 6) * 16 - 5, seed=3, white=70)
    pixels[:, 50:150] = 120  # flat, so that this window's SNR is far above that of all others
    analysis = analyse(TorchTransforms(model), pixels)
    x = F.pad(to_tensor(pixels), (0, 5, 0, 8), mode="replicate")
    assert analysis.tone is not None
    whole = model.analyse(x, from_numbers(analysis.tone))[0]
    torch.testing.assert_close(torch.from_numpy(analysis.latents()), whole, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
def test_latents_that_are_no_numbers_are_the_models_fault(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    analysis = analyse(TorchTransforms(tiny.trained), make_picture(64, 64))
    analysis.latents()[3, 1, 1] = np.inf
    with pytest.raises(BrokenModelError, match="not finite"):
        encode_tiles(TorchTransforms(tiny.trained), tiny.file.coder(), analysis, 1024, 64)


@torch.inference_mode()
def test_tone_is_that_of_the_whole_picture(tiny: "Tiny", make_picture: "MakePicture") -> None:
    pixels = make_picture(130, 170, white=50)
    analysis = analyse(TorchTransforms(tiny.trained), pixels)
    assert tiny.trained.tone is not None
    assert analysis.tone is not None
    curve = tiny.trained.tone(thumbnail(to_tensor(pixels)))
    rounded = from_numbers(analysis.tone)
    torch.testing.assert_close(rounded.log_gain, curve.log_gain, atol=1e-3, rtol=0)
    torch.testing.assert_close(rounded.matrix, curve.matrix, atol=1e-3, rtol=0)


@pytest.mark.parametrize("colour", [0, 255])
def test_bars_have_no_say_in_the_tone_and_keep_their_colour(
    tiny: "Tiny", make_picture: "MakePicture", colour: int
) -> None:
    alone = make_picture(96, 128, white=50)
    barred = np.full((160, 128, 3), colour, np.uint8)
    barred[32:128] = alone
    transforms = TorchTransforms(tiny.trained)
    assert analyse(transforms, barred).tone == analyse(transforms, alone).tone
    decoded = tiny.codec.decode(tiny.codec.encode(Picture(barred), Target(8.0))).pixels
    assert np.abs(decoded[:16].astype(int) - colour).mean() < 12


@torch.inference_mode()
def test_the_largest_snr_is_that_of_the_content(tiny: "Tiny", make_picture: "MakePicture") -> None:
    model = JointModel(replace(tiny.trained.preset, snr="published")).eval()
    model.load_state_dict(tiny.trained.state_dict())
    inner = make_picture(256, 128, white=50)
    first, second = (
        analyse(
            TorchTransforms(model), np.concatenate((np.full((64, 128, 3), colour, np.uint8), inner))
        )
        for colour in (0, 255)
    )
    middle = slice(-4, None)  # far from the bar
    np.testing.assert_allclose(
        first.latents()[:, middle], second.latents()[:, middle], atol=1e-3, rtol=1e-3
    )


@pytest.mark.parametrize("colour", [0, 6, 255])
def test_a_picture_of_one_colour_has_no_tone(tiny: "Tiny", colour: int) -> None:
    pixels = np.full((64, 80, 3), colour, np.uint8)
    assert analyse(TorchTransforms(tiny.trained), pixels).tone is None
    data = tiny.codec.encode(Picture(pixels))
    as_is, shot, bright = (tiny.codec.decode(data, brightness=b).pixels for b in (1, 0, 2))
    assert np.array_equal(as_is, shot)
    assert np.array_equal(as_is, bright)


def test_a_border_needs_a_tone_that_can_be_inverted(
    tiny: "Tiny", make_picture: "MakePicture", monkeypatch: pytest.MonkeyPatch
) -> None:
    transforms = TorchTransforms(tiny.trained)
    monkeypatch.setattr(transforms, "predict_tone", lambda _: (*[0] * 6, *[1000] * 9))
    barred = make_picture(64, 64)
    barred[:16] = 0
    with pytest.raises(BrokenModelError, match="cannot be inverted"):
        analyse(transforms, barred)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 17), (100, 65)])
def test_every_started_block_has_latents(
    tiny: "Tiny", make_picture: "MakePicture", height: int, width: int
) -> None:
    analysis = analyse(TorchTransforms(tiny.trained), make_picture(height, width))
    assert analysis.latents().shape == (16, -(-height // 16), -(-width // 16))
    assert np.isfinite(analysis.latents()).all()


def test_tiles_are_those_of_the_header_in_raster_order(
    tiny: "Tiny", make_picture: "MakePicture"
) -> None:
    pixels = make_picture(150, 200)
    analysis = analyse(TorchTransforms(tiny.trained), pixels)
    coder = tiny.file.coder()
    tiles = encode_tiles(TorchTransforms(tiny.trained), coder, analysis, 1024, 64)
    header = Header(200, 150, 1024, "tiny", bytes(8), tile_size=64)
    assert len(tiles) == header.tile_count == 12
    for number in (0, 3, 7, 11):
        x, y, width, height = header.tile_box(number)
        part = analysis.latents()[
            :, y // 16 : -(-(y + height) // 16), x // 16 : -(-(x + width) // 16)
        ]
        alone = encode_tiles(
            TorchTransforms(tiny.trained), coder, Analysis(part, analysis.tone), 1024, 64
        )
        assert alone == (tiles[number],)


@pytest.mark.parametrize("threads", [1, 2])
def test_windows_are_transformed_when_a_tile_needs_them(
    tiny: "Tiny", make_picture: "MakePicture", monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    """However many threads there are, the tiles are those of latents that are all known."""
    monkeypatch.setattr("llcodec.codec.windows.SIDE", 16)
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: threads)
    transforms, coder = TorchTransforms(tiny.trained), tiny.file.coder()
    pixels = make_picture(400, 300, white=60)
    runs: list[int] = []
    run = transforms.analyse

    def counted(*arguments: Any, **named: Any) -> Any:
        runs.append(1)
        return run(*arguments, **named)

    monkeypatch.setattr(transforms, "analyse", counted)
    whole, pieces = analyse(transforms, pixels), analyse(transforms, pixels)
    assert not runs
    assert whole.latents().shape == whole.shape == (16, 25, 19)
    windows_of_all = len(runs)
    first = pieces.crop(LatentBox(0, 3, 0, 3))
    assert len(runs) == windows_of_all + 1
    np.testing.assert_array_equal(first, whole.latents()[:, :3, :3])
    tiles = encode_tiles(transforms, coder, pieces, 1024, 64)
    assert tiles == encode_tiles(transforms, coder, whole, 1024, 64)
    assert len(runs) == 2 * windows_of_all


def test_a_failure_leaves_a_window_to_be_transformed_again() -> None:
    plane, window = np.zeros((1, 2, 2), np.float32), next(windows(2, 2, 0))
    answers = iter([None, np.ones((1, 2, 2), np.float32)])

    def transform() -> Any:
        answer = next(answers)
        if answer is None:
            raise MemoryError
        return answer

    analysis = Analysis(plane, None, [(window, transform)])
    with pytest.raises(MemoryError):
        analysis.latents()
    assert analysis.latents().all()


def test_a_search_stays_in_the_calling_thread(
    tiny: "Tiny", make_picture: "MakePicture", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs transforms, which threads must not share."""
    monkeypatch.setattr("llcodec.codec.parallel.thread_count", lambda: 2)
    threads = []

    class Seen(Search):
        def encode(self, coded: Any, z_hat: Any, box: LatentBox) -> tuple[bytes, TileLatents]:
            threads.append(threading.get_ident())
            return super().encode(coded, z_hat, box)

    transforms, coder = TorchTransforms(tiny.trained), tiny.file.coder()
    analysis = analyse(transforms, make_picture(128, 128))
    search = Seen(transforms, coder, 1, None, analysis.latents(), 1024)
    assert len(encode_tiles(transforms, coder, analysis, 1024, 64, search)) == 4
    assert set(threads) == {threading.get_ident()}


def test_higher_qualities_take_more_bytes(tiny: "Tiny", make_picture: "MakePicture") -> None:
    analysis = analyse(TorchTransforms(tiny.trained), make_picture(160, 160))
    coder = tiny.file.coder()
    sizes = [
        sum(
            len(t.stream)
            for t in encode_tiles(TorchTransforms(tiny.trained), coder, analysis, units, 2048)
        )
        for units in range(256, 2049, 256)
    ]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 1.5 * sizes[0]


@dataclass(frozen=True)
class Rich:
    """A model that expects every latent to vary, so that noise can stand for rounding."""

    trained: JointModel
    coder: LatentCoder

    def latents(self, height: int, width: int) -> Tensor:
        """Random latents that vary as the model expects."""
        generator = torch.Generator().manual_seed(5)
        noise = torch.randn(16, height, width, generator=generator)
        return noise * self.trained.latent_scale[:, None, None]


@pytest.fixture(scope="module")
def rich(tiny: "Tiny", tmp_path_factory: pytest.TempPathFactory) -> Rich:
    model = copy.deepcopy(tiny.trained)
    middle = model.coded_scale / model.latent_scale
    model.latent_scale.clamp_(min=3)
    model.coded_scale.copy_(model.latent_scale * middle)
    batches = []
    for quality in (1.0, 4.0, 8.0):
        asked = torch.tensor([quality])
        y = torch.randn(1, 16, 16, 16) * model.latent_scale[:, None, None]
        batches.append((y * model.log_gain(asked).exp().detach(), asked))
    path = tmp_path_factory.mktemp("rich") / "rich.safetensors"
    export_model(model, "rich", Calibration(batches), {}, path)
    return Rich(model, read_model(path).coder())


@pytest.mark.parametrize("quality", [1.0, 4.3, 8.0])
@torch.inference_mode()
def test_files_take_the_bits_that_training_counts(rich: Rich, quality: float) -> None:
    """Float networks, real densities and noise against integers, tables and real symbols."""
    torch.manual_seed(5)
    model, y = rich.trained, rich.latents(32, 40)
    (tile,) = encode_tiles(
        TorchTransforms(model),
        rich.coder,
        Analysis(y.numpy(), None),
        round(quality * 256),
        2048,
    )
    asked = torch.tensor([quality])
    counted = []
    for _ in range(3):
        _, latent_bits, hyper_bits = model.entropy_model(y * model.log_gain(asked).exp(), asked)
        counted.append(float(latent_bits + hyper_bits))
    assert 8 * len(tile.stream) == pytest.approx(sum(counted) / 3, rel=0.01, abs=64)


@pytest.mark.parametrize("quality", [1.0, 4.0, 8.0])
@torch.inference_mode()
def test_pictures_never_take_more_than_training_counts(
    tiny: "Tiny", make_picture: "MakePicture", quality: float
) -> None:
    """Of dark pictures most symbols are skipped, which the noise of training does not know."""
    torch.manual_seed(6)
    model = tiny.trained
    found = analyse(TorchTransforms(model), make_picture(256, 192, seed=8, white=60)).latents()
    y = torch.from_numpy(found)
    units = round(quality * 256)
    coder = tiny.file.coder()
    (tile,) = encode_tiles(TorchTransforms(model), coder, Analysis(found, None), units, 2048)
    asked = torch.tensor([quality])
    _, latent_bits, hyper_bits = model.entropy_model(y * model.log_gain(asked).exp(), asked)
    counted = float(latent_bits + hyper_bits)
    assert 0.5 * counted < 8 * len(tile.stream) <= 1.02 * counted + 64


@pytest.mark.parametrize("quality", [2.0, 4.5, 8.0])
@torch.inference_mode()
def test_integers_and_floats_decode_to_the_same_latents(rich: Rich, quality: float) -> None:
    """Means of the integer networks are those of the trained ones, but for rare roundings."""
    model, y = rich.trained, rich.latents(24, 24)
    units = round(quality * 256)
    (tile,) = encode_tiles(
        TorchTransforms(model), rich.coder, Analysis(y.numpy(), None), units, 2048
    )
    decoded = torch.from_numpy(rich.coder.decode(tile.stream, 24, 24, units).y_hat) / 64
    asked = torch.tensor([quality])
    expected, _, _ = model.entropy_model(y * model.log_gain(asked).exp(), asked)
    error = (decoded - expected[0]).abs()
    assert float(error.median()) < 1 / 64
    assert float((error < 1 / 16).float().mean()) > 0.98
