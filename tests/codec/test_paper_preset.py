"""The paper presets from pictures to files and back, and through steps of training.

Their weights are random: no trained ones exist. A few last layers are scaled so that symbols,
scale indices and pictures are spread as they would be in a trained model.
"""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from llcodec._bitstream import CONTEXT_KERNEL, LATENT_UNITS
from llcodec._causal_context import CodingOrder
from llcodec.codec.codec import Codec
from llcodec.codec.windows import DECODER_HALO
from llcodec.engine.torch_models import joint_model
from llcodec.entropy.latent_coder import Floats, LatentCoder
from llcodec.entropy.rdoq import bit_savings, rdo_quantise
from llcodec.entropy.walk import Latents
from llcodec.imaging import Picture
from llcodec.nets.hyperprior import context_mask
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import PRESETS, Preset, paper_preset
from llcodec.nets.snr import snr_map
from llcodec.nets.snr_transformer import token_mask
from llcodec.training.export import Calibration, export_model
from llcodec.training.losses import rate_distortion
from llcodec.training.recipe import Distortion

MODELS = ("paper-128", "paper-128-serial", "paper-192")
HEIGHT, WIDTH = 45, 75  # 3×5 latents


def dark_picture() -> Picture:
    rng = np.random.default_rng(5)
    slope = np.linspace(4, 40, WIDTH)[None, :, None] * np.array([1.0, 0.8, 0.6])
    noisy = slope + rng.normal(0, 3, (HEIGHT, WIDTH, 3))
    return Picture(noisy.clip(0, 255).round().astype(np.uint8))


def padded_tensor(picture: Picture) -> Tensor:
    x = torch.from_numpy(picture.pixels).permute(2, 0, 1)[None].float() / 255
    pad = (0, -WIDTH % 64, 0, -HEIGHT % 64)
    return nn.functional.pad(x, pad, mode="replicate")


def spread(layer: nn.Module, output: Tensor, to: float) -> None:
    """Scale a linear ``layer`` so that the deviation of its ``output`` becomes ``to``."""
    assert isinstance(layer, nn.Conv2d)
    for parameter in layer.parameters():
        parameter.mul_(to / output.std())


@torch.no_grad()
def lively_model(preset: Preset) -> tuple[JointModel, Calibration]:
    """Return a random model whose latents, indices and pictures vary, and its calibration."""
    torch.manual_seed(6)
    model = JointModel(preset)
    for part in (model.f_a0, model.f_a1):  # they start at zero: the branch would do nothing
        nn.init.normal_(part.out.weight, std=0.02)
    x = padded_tensor(dark_picture())
    spread(model.g_a1.layers[-1], model.analyse(x, None, enhance=False), 4.0)
    y = model.analyse(x, None)
    spread(model.h_a[-1], model.h_a(y), 2.0)
    hyper = model.h_s(model.h_a(y).round())
    last = model.entropy_parameters[-1]
    assert isinstance(last, nn.Conv2d)
    spread(last, model.entropy_parameters(torch.cat((hyper, model.context(y)), 1)), 4.0)
    last.weight[: preset.latents] *= 3  # scale indices of many levels
    assert isinstance(model.g_s, nn.Sequential)
    assert isinstance(model.g_s[-1], nn.Sequential)
    up = model.g_s[-1][0]
    assert isinstance(up, nn.Conv2d)
    assert up.bias is not None
    spread(up, model.synthesise(y), 0.2)
    up.bias.fill_(0.5)
    return model, Calibration([(y, model.log_gain(torch.ones(1)))])


@dataclass(frozen=True)
class Case:
    model: JointModel
    codec: Codec
    coder: LatentCoder


@pytest.fixture(scope="module", params=MODELS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    model, calibration = lively_model(PRESETS[request.param])
    path = tmp_path_factory.mktemp("weights") / "paper.safetensors"
    export_model(model, request.param, calibration, {"data": "random"}, path)
    codec = Codec(str(path), device="cpu")
    return Case(model, codec, codec.file.coder())


def random_latents(coder: LatentCoder, height: int, width: int) -> tuple[Floats, Latents]:
    generator = torch.Generator().manual_seed(7)
    y = 6 * torch.randn(coder.networks.latents, height, width, generator=generator)
    small = (-(-height // 4), -(-width // 4))
    z = torch.randint(-4, 5, (len(coder.hyper_tables), *small), generator=generator)
    return y.numpy(), z.int().numpy()


def test_a_picture_goes_through_a_file(case: Case) -> None:
    picture = dark_picture()
    data = case.codec.encode(picture)
    assert len(data) > 500  # there is something to decode
    header = case.codec.verify(data)
    assert (header.width, header.height) == (WIDTH, HEIGHT)
    assert header.model_name == case.model.preset.name
    assert header.tone is None
    decoded = case.codec.decode(data)
    assert decoded.pixels.shape == picture.pixels.shape
    assert decoded.pixels.dtype == np.uint8
    assert decoded.pixels.std() > 10
    assert case.codec.encode(picture) == data


def test_the_decoder_has_the_latents_of_the_encoder(case: Case) -> None:
    y, z = random_latents(case.coder, 5, 7)
    stream, sent = case.coder.encode(y, z, 1024)
    received = case.coder.decode(stream, 5, 7, 1024)
    assert np.array_equal(received.y_hat, sent.y_hat)
    assert np.array_equal(received.z_hat, sent.z_hat)
    assert received.checksum() == sent.checksum()


def test_coding_is_a_walk_position_by_position(case: Case) -> None:
    """Wavefronts and boards only group what does not depend on each other.

    The reference knows no groups: raster order (serial), or one colour of the board after the
    other, and at each position the whole neighbourhood with the context's mask over it.
    """
    height, width = 4, 6
    networks = case.coder.networks
    y, z = random_latents(case.coder, height, width)
    hyper = networks.hyper_features(z, height, width)
    (rate,) = networks.at_quality(1024)
    (group,) = networks.groups
    seen = context_mask(networks.order).bool().numpy()
    margin = CONTEXT_KERNEL // 2
    padded = np.zeros((len(y), height + 2 * margin, width + 2 * margin))
    raster = [(r, c) for r in range(height) for c in range(width)]
    boards = sorted(raster, key=lambda at: sum(at) % 2)
    levels = set()
    for r, c in raster if networks.order == "serial" else boards:
        around = padded[:, r : r + CONTEXT_KERNEL, c : c + CONTEXT_KERNEL]
        context = group.contexts[0].layers[0].multiply(around[:, seen].reshape(1, -1))
        index, mean = (part[0] for part in group.predict(hyper[r, c, None], [context], rate))
        exact = (y[:, r, c].astype(np.float64) * LATENT_UNITS - mean) / LATENT_UNITS
        symbol = rdo_quantise(exact, index, bit_savings(case.coder.scale_tables))
        symbol[index == 0] = 0  # the lowest scale is not coded: the mean stands
        padded[:, r + margin, c + margin] = symbol * LATENT_UNITS + mean
        levels |= set(index.tolist())
    assert len(levels) > 10
    _, coded = case.coder.encode(y, z, 1024)
    assert np.array_equal(coded.y_hat, padded[:, margin:-margin, margin:-margin])


@torch.inference_mode()
def test_half_precision_weights_make_the_same_picture(case: Case) -> None:
    """A weight file holds half-precision floats, GDN's almost-zero numbers among them."""
    y = 4 * torch.randn(1, case.model.preset.latents, 3, 5)
    file = case.codec.file
    stored = joint_model(file.preset, file.arrays).synthesise(y)
    trained = case.model.synthesise(y)
    assert (stored - trained).abs().max() < 0.02 * trained.std()


@torch.inference_mode()
def test_the_decoder_reaches_no_further_than_the_halo_of_a_window() -> None:
    torch.manual_seed(8)
    model = JointModel(paper_preset(8))
    y = torch.randn(1, 8, 3, 24)
    changed = y.clone()
    changed[..., 0] += 1
    touched = (model.synthesise(y) != model.synthesise(changed)).any(2).any(1)[0]
    assert touched[:16].all()
    assert not touched[(1 + DECODER_HALO) * 16 :].any()


def half_noisy_batch() -> Tensor:
    """Return a picture flat but for one quadrant of noise.

    Its SNR map is near one where it is flat (local features, tokens that are keys) and near zero
    where it is noisy (non-local features), so every path of the branch has work to do. 128×128
    gives the second stage four tokens: attention over a single one would learn nothing.
    """
    torch.manual_seed(9)
    x = torch.full((1, 3, 128, 128), 0.2)
    x[..., 64:, 64:] += 0.1 * torch.rand(1, 3, 64, 64)
    return x


@pytest.mark.parametrize("order", ["checkerboard", "serial"])
def test_steps_of_training_reach_every_parameter(order: CodingOrder) -> None:
    x = half_noisy_batch()
    snr = nn.functional.interpolate(snr_map(x, "published"), (8, 8), mode="nearest")
    assert token_mask(snr).tolist() == [[True, True, True, False]]
    torch.manual_seed(10)
    model = JointModel(paper_preset(128, order, scale=False))
    with torch.no_grad():  # else all hyper-latents round to zero at first, and h_s sees nothing
        spread(model.h_a[-1], model.h_a(model.analyse(x, None)), 2.0)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    lam = torch.full((1,), 0.0064)
    losses = []
    for _ in range(3):
        optimiser.zero_grad()
        out = model(x, None, torch.ones(1))
        loss = rate_distortion(out, 2 * x, lam, Distortion(l1=0.1)).total
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    # The feature adaptations start at zero and cut the branch off in the first round only.
    gradients = {n: p.grad for n, p in model.named_parameters()}
    assert [n for n, g in gradients.items() if g is None or not g.any()] == []
    assert [n for n, g in gradients.items() if g is not None and not g.isfinite().all()] == []
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_training_without_the_branch_is_a_plain_codec() -> None:
    torch.manual_seed(11)
    model = JointModel(paper_preset(8))
    model(torch.rand(1, 3, 64, 64), None, torch.ones(1), enhance=False).x_hat.sum().backward()
    idle = {n.split(".")[0] for n, p in model.named_parameters() if p.grad is None}
    assert {"snr_branch0", "snr_branch1", "f_a0", "f_a1"} <= idle
    assert not idle & {"g_a0", "g_a1", "g_s"}


def test_autocast_of_training_goes_through_the_branch() -> None:
    torch.manual_seed(12)
    model = JointModel(paper_preset(8))
    with torch.autocast("cpu", torch.bfloat16):
        out = model(half_noisy_batch(), None, torch.ones(1))
    assert out.x_hat.isfinite().all()
    assert out.latent_bits.isfinite().all()
