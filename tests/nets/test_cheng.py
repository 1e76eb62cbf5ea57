"""The paper preset against the published network: shapes, parameters, multiplications."""

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from llcodec.nets.cheng import GDN, build_transforms, hyper_synthesis
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import paper_preset
from llcodec.training.quantise import split_layers

HEIGHT, WIDTH = 512, 960  # the size at which the published network was measured


def meta_model(n: int, *, scale: bool = False) -> JointModel:
    with torch.device("meta"):
        return JointModel(paper_preset(n, scale=scale))


def millions(module: nn.Module) -> float:
    return sum(p.numel() for p in module.parameters()) / 1e6


# --- GDN ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("inverse", [False, True])
def test_gdn_is_its_formula(inverse: bool) -> None:
    torch.manual_seed(0)
    gdn = GDN(5, inverse)
    with torch.no_grad():
        gdn.beta.copy_(torch.rand(5) + 0.5)
        gdn.gamma.copy_(torch.rand(5, 5))
    x = torch.randn(2, 5, 3, 4)
    beta, gamma = gdn.beta.square(), gdn.gamma.square()
    root = (beta[:, None, None] + torch.einsum("ij,bjhw->bihw", gamma, x.square())).sqrt()
    torch.testing.assert_close(gdn(x), x * root if inverse else x / root)


def test_gdn_starts_as_a_tenth_of_the_own_channel() -> None:
    x = torch.randn(1, 4, 2, 2)
    torch.testing.assert_close(GDN(4)(x), x / (1 + 0.1 * x.square()).sqrt())


def test_gdn_and_its_inverse_cancel_where_the_energy_is_constant() -> None:
    forward, inverse = GDN(3), GDN(3, inverse=True)
    with torch.no_grad():
        forward.gamma.zero_()
        inverse.gamma.zero_()
        inverse.beta.copy_(forward.beta)
    x = torch.randn(1, 3, 4, 4)
    torch.testing.assert_close(inverse(forward(x)), x)


def test_gdn_parameters_below_the_floor_can_only_come_back() -> None:
    gdn = GDN(2)
    with torch.no_grad():
        gdn.beta.fill_(-3.0)
        gdn.gamma.fill_(-3.0)
    x = torch.ones(1, 2, 1, 1)
    out = gdn(x)
    torch.testing.assert_close(out, torch.full_like(out, 1e3))  # β at its least, 1e-6; γ at 0
    (-out).sum().backward()  # asks for a smaller β, a smaller γ: refused
    assert gdn.beta.grad is not None
    assert gdn.gamma.grad is not None
    assert not gdn.beta.grad.any()
    assert not gdn.gamma.grad.any()
    gdn.zero_grad()
    gdn(x).sum().backward()  # asks for larger ones: passed
    assert (gdn.beta.grad < 0).all()
    assert (gdn.gamma.grad < 0).all()


# --- shapes ------------------------------------------------------------------------------------


def test_shapes_of_every_stage_at_the_published_size() -> None:
    model = meta_model(128)
    x = torch.empty(1, 3, HEIGHT, WIDTH, device="meta")
    snr = torch.empty(1, 1, HEIGHT, WIDTH, device="meta")
    y0 = model.g_a0(x)
    assert y0.shape == (1, 128, 128, 240)
    s0 = model.snr_branch0(y0, snr)
    assert s0.shape == (1, 48, 128, 240)
    features, y = model.g_a1(model.f_a0(y0, s0))
    assert features is y  # the second stage reads the latents
    assert y.shape == (1, 128, 32, 60)
    s1 = model.snr_branch1(features, snr)
    assert s1.shape == (1, 48, 32, 60)
    z = model.h_a(model.f_a1(y, s1))
    assert z.shape == (1, 128, 8, 15)
    assert model.h_s(z).shape == (1, 256, 32, 60)
    assert model.g_s(y).shape == x.shape


@pytest.mark.parametrize("n", [128, 192])
def test_h_s_becomes_integer_layers(n: int) -> None:
    layers = split_layers(hyper_synthesis(n))
    shapes = [(f.weight.shape[1], f.weight.shape[0], f.leaky, f.shuffle) for f in layers]
    wide = n * 3 // 2
    assert shapes == [
        (n, n, True, 1),
        (n, 4 * n, True, 2),
        (n, wide, True, 1),
        (wide, 4 * wide, True, 2),
        (wide, 2 * n, False, 1),
    ]


def test_feature_adaptation_has_the_published_and_the_wider_form() -> None:
    shift = build_transforms(paper_preset(8, scale=False))
    both = build_transforms(paper_preset(8))
    y, s = torch.randn(1, 8, 4, 4), torch.randn(1, 48, 4, 4)
    for part, outputs in ((shift.f_a0, 8), (both.f_a1, 16)):
        assert [p.shape for p in part.parameters()] == [
            (8, 48, 3, 3), (8,), (outputs, 8, 3, 3), (outputs,)
        ]  # fmt: skip
        assert torch.equal(part(y, s), y)  # starts as no change


def test_every_state_is_in_the_state_dict() -> None:
    """Weight files are loaded into a model without storage; nothing may be left without."""
    preset = paper_preset(8)
    model = JointModel(preset)
    with torch.device("meta"):
        empty = JointModel(preset)
    empty.load_state_dict(model.state_dict(), assign=True)
    del empty.context  # its mask is not state: it has its own integer form in a weight file
    assert not any(t.is_meta for t in (*empty.parameters(), *empty.buffers()))


# --- parameters --------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "published"), [(128, 33.518 - 0.675), (192, 51.504 - 1.516)])
def test_parameters_are_those_of_the_published_network(n: int, published: float) -> None:
    """Millions, without two attention blocks that are built there and never called.

    What is left over is the factorised density: 61 numbers a channel there, 9 here.
    """
    model = meta_model(n)
    assert millions(model) == pytest.approx(published, rel=0.01)
    density = n * (61 - 9) / 1e6
    assert millions(model) + density == pytest.approx(published, abs=0.001)
    assert millions(model.density) == 9 * n / 1e6


def test_parameters_by_part() -> None:
    model = meta_model(128)
    branches = (model.snr_branch0, model.snr_branch1)
    transformers = [millions(b.transformer) for b in branches]
    parts = {
        "transformers": sum(transformers),
        "g_s": millions(model.g_s),
        "h_s": millions(model.h_s),
        "g_a": millions(model.g_a0) + millions(model.g_a1),
        "branch convolutions": sum(map(millions, branches)) - sum(transformers),
        "context": millions(model.context),
        "h_a": millions(model.h_a),
        "entropy parameters": millions(model.entropy_parameters),
        "f_a": millions(model.f_a0) + millions(model.f_a1),
    }
    assert parts == pytest.approx(
        {
            "transformers": 18.91,
            "g_s": 5.23,
            "h_s": 2.73,
            "g_a": 1.86,
            "branch convolutions": 1.70,
            "context": 0.82,
            "h_a": 0.74,
            "entropy parameters": 0.45,
            "f_a": 0.41,
        },
        abs=0.006,
    )


def test_scaling_adds_one_convolution_to_each_feature_adaptation() -> None:
    more = millions(meta_model(128, scale=True)) - millions(meta_model(128))
    assert more == pytest.approx(2 * (128 * 128 * 9 + 128) / 1e6)


# --- multiplications ---------------------------------------------------------------------------


class Meter:
    """Counts the multiply–accumulates (10⁹) of modules, those of GDN layers apart.

    The published figures were taken by watching convolutions, linear layers and attention; the
    matrix products inside GDN are functions, not modules, and are not among them.
    """

    def __init__(self) -> None:
        self.networks: dict[str, float] = {}
        self.gdn = 0.0

    def run(self, name: str, module: nn.Module, *inputs: Tensor) -> Tensor:
        with FlopCounterMode(display=False) as counter:
            out = module(*inputs)
        by_module = counter.get_flop_counts()
        total = counter.get_total_flops()
        for path, child in module.named_modules():
            if isinstance(child, GDN):
                flops = sum(by_module[f"{type(module).__name__}.{path}"].values())
                total -= flops
                self.gdn += flops / 2e9
        self.networks[name] = total / 2e9
        last: Tensor = out[1] if isinstance(out, tuple) else out
        return last


def measure(n: int) -> Meter:
    """Measure one pass of every network (the two-pass context of training counts once)."""
    model, meter = meta_model(n), Meter()
    snr = torch.empty(1, 1, HEIGHT, WIDTH, device="meta")
    y0 = meter.run("g_a0", model.g_a0, torch.empty(1, 3, HEIGHT, WIDTH, device="meta"))
    s0 = meter.run("branch 0", model.snr_branch0, y0, snr)
    y = meter.run("g_a1", model.g_a1, meter.run("f_a0", model.f_a0, y0, s0))
    s1 = meter.run("branch 1", model.snr_branch1, y, snr)
    y = meter.run("f_a1", model.f_a1, y, s1)
    hyper = meter.run("h_s", model.h_s, meter.run("h_a", model.h_a, y))
    context = meter.run("context", model.context, y)
    meter.run("entropy parameters", model.entropy_parameters, torch.cat((hyper, context), 1))
    meter.run("g_s", model.g_s, y)
    return meter


def test_multiplications_by_part() -> None:
    meter = measure(128)
    parts = dict(meter.networks)
    parts["stage 2"] = parts.pop("branch 1") + parts.pop("f_a1")
    assert parts == pytest.approx(
        {
            "g_a0": 64.4,
            "branch 0": 18.1 + 9.1 + 3.4 + 23.8,
            "f_a0": 6.2,
            "g_a1": 14.0,
            "stage 2": 2.9,
            "h_a": 0.7,
            "h_s": 1.7,
            "context": 1.6,
            "entropy parameters": 0.9,
            "g_s": 121.2,
        },
        abs=0.06,
    )
    entropy = sum(parts[name] for name in ("h_a", "h_s", "context", "entropy parameters"))
    assert entropy == pytest.approx(4.8, rel=0.01)
    assert sum(parts.values()) - entropy - parts["g_s"] == pytest.approx(141.9, rel=0.01)
    assert sum(parts.values()) == pytest.approx(267.9, rel=0.001)
    assert meter.gdn == pytest.approx(5.28, abs=0.01)  # on top of the published figure


def test_multiplications_of_the_branch_by_path() -> None:
    branch = meta_model(128).snr_branch0
    y0 = torch.empty(1, 128, HEIGHT // 4, WIDTH // 4, device="meta")
    m = torch.empty(1, 1, HEIGHT // 4, WIDTH // 4, device="meta")
    meter = Meter()
    *blocks, narrow = branch.local
    meter.run("local", nn.Sequential(*blocks), y0)
    meter.run("nonlocal", branch.front[0], y0)
    meter.run("narrow", narrow, y0)
    tokens = meter.run("narrow too", branch.front[1], y0)
    meter.run("transformer", branch.transformer, tokens, m)
    assert meter.networks == pytest.approx(
        {"local": 18.1, "nonlocal": 9.1, "narrow": 1.7, "narrow too": 1.7, "transformer": 23.8},
        abs=0.06,
    )


def test_multiplications_of_the_wider_network() -> None:
    assert sum(measure(192).networks.values()) == pytest.approx(565.9, rel=0.001)
