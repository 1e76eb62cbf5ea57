"""Parameters and multiply–accumulates (MACs) of each stage, at 960×512 as in Joint-IC-LL, Figure 5.

MACs are those of convolutions, linear layers and attention, for one pass of each network. The
matrix products inside GDN are not counted, as in the published figures, which were counted by
hooks on layers.

The mask of the context model makes 13 of its 25 weights zero. The published networks are counted
with these weights, as in the published figures. Our own are counted without them, because they are
neither stored nor multiplied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from llcodec._families import FAMILIES
from llcodec.enhancing.family import enhancing_family
from llcodec.nets.blocks import pad_to_multiple
from llcodec.nets.cheng import GDN
from llcodec.nets.constants import THUMBNAIL_SIZE
from llcodec.nets.grouped_context import GroupedContext
from llcodec.nets.hyperprior import context_mask
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import FAST, FAST_2, Preset, paper_preset

WIDTH, HEIGHT = 960, 512
MEASURED = "measured"
_HYPER_MULTIPLE = 4  # latents are padded to whole hyper-latents
_META = torch.device("meta")
# Sizes of TCM: millions of parameters, and GMACs of one pass at 768×512.
_TCM = (("S", 45.18, 211.1), ("M", 59.13, 415.5), ("L", 76.57, 700.1))
_TCM_SCALE = WIDTH / 768  # the cost per pixel is constant
_TCM_SOURCE = (
    "TCM: Liu, Sun and Katto, CVPR 2023, counted in their code (jmliu206/LIC_TCM, 6c6d7a3): "
    "convolutions and linear layers at 768×512, times 1.25; without attention and without the "
    "padding to multiples of 128 pixels"
)


@dataclass(frozen=True)
class Stage:
    """Parameters and MACs of one stage."""

    name: str
    parameters: float
    macs: float


@dataclass(frozen=True)
class Complexity:
    """The stages of a pipeline, in order; ``source`` is ``measured``, or a publication."""

    name: str
    stages: tuple[Stage, ...]
    source: str = MEASURED

    @property
    def parameters(self) -> float:
        """The sum over all stages."""
        return sum(stage.parameters for stage in self.stages)

    @property
    def macs(self) -> float:
        """The sum over all stages, at 960×512."""
        return sum(stage.macs for stage in self.stages)


def joint_complexity(name: str, preset: Preset, *, masked: bool = False) -> Complexity:
    """Return the complexity of a joint network: encoder with tone network, entropy model, decoder.

    ``masked`` means that weights of the context model that its mask makes zero count as well.
    """
    with _META:
        model = JointModel(preset).eval()
    for module in model.modules():
        if isinstance(module, GDN):  # not counted, see above
            module.forward = nn.Identity().forward  # type: ignore[assignment]
    x = torch.empty(1, 3, HEIGHT, WIDTH, device=_META)
    curve = None
    if model.tone is not None:
        curve = model.tone(torch.empty(1, 3, *THUMBNAIL_SIZE, device=_META))
    y = torch.empty(1, preset.latents, HEIGHT // 16, WIDTH // 16, device=_META)

    def entropy() -> Tensor:
        hyper = model.h_s(model.h_a(pad_to_multiple(y, _HYPER_MULTIPLE)))
        if preset.groups:
            return _predict_in_groups(model.grouped_context, y, hyper)
        both = torch.cat((hyper, model.context(y)), 1)
        return model.entropy_parameters(both)  # type: ignore[no-any-return]

    context = (
        (model.grouped_context,) if preset.groups else (model.context, model.entropy_parameters)
    )
    coding = sum(map(_size, (model.h_a, model.h_s, *context, model.density, model.gain)))
    decoder = _size(model.g_s) + _size(model.linear_synthesis)
    no_weights, no_macs = (0, 0.0) if masked else _masked_out(model, y)
    return Complexity(
        name,
        (
            Stage(
                "encoder", _size(model) - coding - decoder, _macs(lambda: model.analyse(x, curve))
            ),
            Stage("entropy model", coding - no_weights, _macs(entropy) - no_macs),
            Stage("decoder", decoder, _macs(lambda: model.synthesise(y))),
        ),
    )


def _masked_out(model: JointModel, y: Tensor) -> tuple[int, float]:
    """Return the number of weights that the mask of the context model zeroes, and their MACs."""
    mask = context_mask(model.preset.order)
    zeros, all_of_them = int((mask == 0).sum()), mask.numel()
    if model.preset.groups:
        groups = model.grouped_context.channel_groups
        parts = torch.split(y, list(model.preset.groups), 1)
        seen = [(group.context, part) for group, part in zip(groups, parts, strict=True)]
    else:
        seen = [(model.context, y)]
    weights = sum(context.weight.numel() for context, _ in seen) * zeros // all_of_them
    macs = sum(_macs(lambda c=context, p=part: c(p)) for context, part in seen)  # type: ignore[misc]
    return weights, macs * zeros / all_of_them


def _predict_in_groups(context: GroupedContext, y: Tensor, hyper: Tensor) -> Tensor:
    """Run the networks of each group once at each position, as coding a file does."""
    out, start = hyper, 0
    for group in context.channel_groups:
        channels = group.context.in_channels
        features = hyper
        if group.channel_context is not None:
            features = torch.cat((hyper, group.channel_context(y[:, :start])), 1)
        seen = group.context(y[:, start : start + channels])
        out = group.entropy_parameters(torch.cat((features, seen), 1))
        start += channels
    return out


def enhancer_complexity(name: str) -> Complexity:
    """Return the complexity at inference of the enhancer of a preset of any family.

    Raises:
        KeyError: if no family of enhancers has this preset.
    """
    families = [enhancing_family(family) for family in FAMILIES if family.kind == "enhancer"]
    record = next((record for record in families if name in record.presets), None)
    if record is None:
        raise KeyError(name)
    with _META:
        network = record.build(record.presets[name]).eval()
    x = torch.empty(1, 3, HEIGHT, WIDTH, device=_META)
    macs = _macs(lambda: record.apply(network, x))
    return Complexity(name, (Stage("enhancer", _size(network), macs),))


def in_sequence(name: str, first: Complexity, second: Complexity) -> Complexity:
    """Return the complexity of two pipelines that run one after the other."""
    return Complexity(name, (*first.stages, *second.stages))


def paper_complexities() -> list[Complexity]:
    """Return the pipelines of Figure 5: the joint networks, and codecs after an enhancer.

    Those of TCM are constants from a publication.
    """
    return _figure(*_rivals())


def all_complexities() -> list[Complexity]:
    """Return the pipelines of Figure 5, their parts, and our own pipelines."""
    xu, cheng = _rivals()
    base = joint_complexity("base", FAST.plain())
    second = joint_complexity("base-2", FAST_2.plain())
    compact = enhancer_complexity("snr-aware-compact")
    nerco = enhancer_complexity("nerco-compact")
    return [
        joint_complexity("joint fast-2", FAST_2),
        joint_complexity("joint fast", FAST),
        in_sequence("snr-aware-compact + base-2", compact, second),
        in_sequence("nerco-compact + base-2", nerco, second),
        in_sequence("snr-aware-compact + base", compact, base),
        in_sequence("nerco-compact + base", nerco, base),
        *_figure(xu, cheng),
        xu,
        *cheng.values(),
        second,
        base,
        compact,
        nerco,
    ]


def _rivals() -> tuple[Complexity, dict[str, Complexity]]:
    """Return the enhancer of the paper, and its codecs by size."""
    return enhancer_complexity("snr-aware-paper"), {
        size: joint_complexity(f"cheng2020-anchor-{n}", paper_preset(n).plain(), masked=True)
        for size, n in (("S", 128), ("L", 192))
    }


def _figure(xu: Complexity, cheng: Mapping[str, Complexity]) -> list[Complexity]:
    joint = (
        joint_complexity(f"joint paper-{n}", paper_preset(n, scale=False), masked=True)
        for n in (128, 192)
    )
    return [
        *joint,
        *(in_sequence(f"Cheng-{size} + SNR-Aware", xu, codec) for size, codec in cheng.items()),
        *(
            Complexity(
                f"TCM-{size} + SNR-Aware",
                (*xu.stages, Stage("codec", million * 1e6, giga * 1e9 * _TCM_SCALE)),
                _TCM_SOURCE,
            )
            for size, million, giga in _TCM
        ),
    ]


def _size(module: nn.Module | None) -> int:
    return 0 if module is None else sum(parameter.numel() for parameter in module.parameters())


@torch.no_grad()
def _macs(run: Callable[[], object]) -> float:
    """Return the MACs of ``run``."""
    with FlopCounterMode(display=False) as counter:
        run()
    return float(counter.get_total_flops()) / 2
