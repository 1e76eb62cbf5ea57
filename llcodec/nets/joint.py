"""The joint model: low-light enhancement and compression in one network (Joint-IC-LL).

    x ─ tone ─ g_a0 ─ f_a0 ─ g_a1 ─ f_a1 ─ y ─ gain ─ Q ─ 1/gain ─ g_s ─ x̂
        │        └─ SNR branch 0 ─┘  │ └─ SNR branch 1 ─┘  │
        └────────── linear path ─────┘                     └─ hyperprior, context

Only the encoder uses information beyond the neighbourhood (tone, attention). The decoder, g_s and
the linear path, is local.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from llcodec.nets import cheng, fast
from llcodec.nets.density import (
    LOG_SCALE_STEP,
    FactorizedDensity,
    add_uniform_noise,
    gaussian_bits,
    index_of_scale,
    round_ste,
)
from llcodec.nets.gain import GainUnits
from llcodec.nets.grouped_context import GroupedContext
from llcodec.nets.hyperprior import ContextModel, anchor_mask, entropy_parameters
from llcodec.nets.linear_transform import LinearAnalysis, LinearSynthesis
from llcodec.nets.local_tone import LocalToneCurve
from llcodec.nets.presets import Preset
from llcodec.nets.snr import snr_map
from llcodec.nets.tone import Tone, ToneCurve, apply_tone, fade_if_bright
from llcodec.nets.tone_networks import build_tone_network

Rounding = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class JointOutput:
    """Output of a training step: the decoded pictures, B×3×H×W, and the bits of each, B."""

    x_hat: Tensor
    latent_bits: Tensor
    hyper_bits: Tensor


class JointModel(nn.Module):
    """Analysis, SNR-aware branch, entropy model and synthesis of one preset."""

    latent_scale: Tensor
    coded_scale: Tensor

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.preset = preset
        family = fast if preset.family == "fast" else cheng
        transforms = family.build_transforms(preset)
        self.g_a0, self.g_a1, self.g_s = transforms.g_a0, transforms.g_a1, transforms.g_s
        if preset.snr_branch:
            self.snr_branch0, self.snr_branch1 = transforms.snr_branch0, transforms.snr_branch1
            self.f_a0, self.f_a1 = transforms.f_a0, transforms.f_a1
        self.h_a, self.h_s = transforms.h_a, transforms.h_s
        if preset.groups:
            self.grouped_context = GroupedContext(preset)
        else:
            self.context = ContextModel(preset.latents, preset.context_features, preset.order)
            self.entropy_parameters = entropy_parameters(
                preset.hyper_features + preset.context_features,
                preset.entropy_hidden,
                preset.latents,
            )
        self.density = FactorizedDensity(preset.hyper_latents)
        self.gain = GainUnits(preset.latents) if preset.variable_rate else None
        self.tone = (
            build_tone_network(preset.tone_members, local=preset.local_tone)
            if preset.global_tone
            else None
        )
        self.linear_analysis = LinearAnalysis(preset.latents) if preset.linear_path else None
        self.linear_synthesis = LinearSynthesis(preset.latents) if preset.linear_path else None
        # Typical magnitude of each latent before and after a medium gain. The networks see
        # latents divided by it.
        self.register_buffer("latent_scale", torch.ones(preset.latents))
        self.register_buffer("coded_scale", torch.ones(preset.latents))

    def predict_tone(self, thumbnail: Tensor) -> ToneCurve | LocalToneCurve | None:
        """Return the tone curves of whole pictures from their thumbnails B×3×100×150.

        None if the preset has no tone network. Bright pictures are left unchanged.
        """
        return None if self.tone is None else fade_if_bright(self.tone(thumbnail), thumbnail)

    def analyse(
        self,
        x: Tensor,
        curve: Tone | None,
        enhance: bool = True,
        max_ratio: Tensor | None = None,
        places: Tensor | None = None,
    ) -> Tensor:
        """Return the latents y, B×M×H/16×W/16, of pictures B×3×H×W in [0, 1].

        ``curve`` brightens first (None leaves the picture as it is); ``enhance=False`` leaves
        the SNR-aware branch out, which makes this a plain codec. ``max_ratio``,
        B×1×1×1, is the largest :func:`llcodec.nets.snr.snr_ratio` of whole pictures of which
        these are crops; ``places``, B×H×W×2, is where a crop lies in its picture
        (:func:`llcodec.nets.tone.apply_tone`). H and W are multiples of 16.
        """
        enhance = enhance and self.preset.snr_branch
        with _full_precision(x):
            snr = snr_map(x, self.preset.snr, max_ratio)
            x_g = x if curve is None else apply_tone(x, curve, places)
        y0 = self.g_a0(self._planes(x, x_g, curve, snr, places))
        if enhance:
            y0 = self.f_a0(y0, self.snr_branch0(y0, snr))
        features, y = self.g_a1(y0)
        if self.linear_analysis is not None:
            with _full_precision(x):  # the largest coefficients are hundreds of steps
                y = self.linear_analysis(x_g) + y.float() * _channels(self.latent_scale)
        if enhance:
            y = self.f_a1(y, self.snr_branch1(features, snr))
        latents: Tensor = y.float()
        return latents

    def _planes(
        self, x: Tensor, x_g: Tensor, curve: Tone | None, snr: Tensor, places: Tensor | None
    ) -> Tensor:
        if self.preset.family == "paper":
            return x
        exposed = x if curve is None else curve.exposed(x, places)
        return torch.cat((x_g, exposed.clamp(max=2), snr), 1)

    def synthesise(self, y: Tensor) -> Tensor:
        """Return the pictures B×3×16h×16w (not clamped) of latents B×M×h×w without gain."""
        picture: Tensor = self.g_s(y / _channels(self.latent_scale))
        if self.linear_synthesis is not None:
            picture = self.linear_synthesis(y).float() + picture.float()
        return picture

    def preview(self, y: Tensor, side: int = 1) -> Tensor | None:
        """Return the pictures of latents B×M×h×w, scaled down to B×3×s·h×s·w for a ``side`` of s.

        Computed by the linear path alone (None where the preset has none): what the synthesis
        transform adds hardly changes the means of a few pixels. ``side`` is 1, 2, 4 or 8.
        """
        if self.linear_synthesis is None:
            return None
        return self.linear_synthesis.block_means(y, side)

    def log_gain(self, quality: Tensor) -> Tensor:
        """Return the log gains B×M×1×1 (zeros where the preset has one rate only)."""
        if self.gain is None:
            return torch.zeros(len(quality), self.preset.latents, 1, 1, device=quality.device)
        return self.gain.log_gains(quality)

    def inverse_gain(self, quality: Tensor) -> Tensor:
        """Return the inverse gains B×M×1×1 (ones where the preset has one rate only)."""
        if self.gain is None:
            return torch.ones(len(quality), self.preset.latents, 1, 1, device=quality.device)
        return self.gain.inverse_gains(quality)

    def forward(
        self,
        x: Tensor,
        curve: Tone | None,
        quality: Tensor,
        enhance: bool = True,
        rounding: Rounding = add_uniform_noise,
        places: Tensor | None = None,
    ) -> JointOutput:
        """Return pictures and bits of crops B×3×H×W (multiples of 64) at real qualities B.

        ``rounding`` replaces the rounding of latents in rate terms; ``places`` as for
        :meth:`analyse`.
        """
        y_hat, latent_bits, hyper_bits = self.code(x, curve, quality, enhance, rounding, places)
        return JointOutput(self.synthesise(y_hat), latent_bits, hyper_bits)

    def code(
        self,
        x: Tensor,
        curve: Tone | None,
        quality: Tensor,
        enhance: bool = True,
        rounding: Rounding = add_uniform_noise,
        places: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what the decoder synthesises, latents B×M×H/16×W/16 without gain, and the bits.

        Arguments as for :meth:`forward`.
        """
        y = self.analyse(x, curve, enhance, places=places)
        # The networks of groups see normalised latents, for which lower precision is enough.
        with nullcontext() if self.preset.groups else _full_precision(x):
            log_gain = self.log_gain(quality)
            y_hat, latent_bits, hyper_bits = self.entropy_model(
                y * log_gain.exp(), quality, rounding
            )
            return y_hat * self.inverse_gain(quality), latent_bits, hyper_bits

    def entropy_model(
        self, y: Tensor, quality: Tensor, rounding: Rounding = add_uniform_noise
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return quantised latents and the bits of latents and hyper-latents of each picture.

        ``y`` are gained latents B×M×h×w, ``quality`` the real qualities B of their gains.
        """
        z = self.h_a(y / _channels(self.coded_scale)).float()
        hyper_bits = self.density.bits(rounding(z)).sum((1, 2, 3))
        hyper = self.h_s(round_ste(z))
        if self.preset.groups:
            index, mean = self._predict_in_groups(y, hyper, quality)
        else:
            index, mean = self._predict(y, hyper, self.log_gain(quality), rounding)
        bits = gaussian_bits(rounding(y - mean), index).sum((1, 2, 3))
        return round_ste(y - mean) + mean, bits, hyper_bits

    def _predict_in_groups(
        self, y: Tensor, hyper: Tensor, quality: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the real scale index and the mean of every latent, given its context."""
        assert self.gain is not None
        # Linear between integer qualities, so that integer arithmetic can follow it exactly.
        magnitudes = self.gain.log_gain.exp() * self.latent_scale
        scale = self.gain.interpolate(magnitudes, quality)[..., None, None]
        biases = [
            self.gain.interpolate(group.quality_bias, quality)[..., None, None]
            for group in self.grouped_context.channel_groups
        ]
        index, mean = self.grouped_context(y, hyper, scale, biases)
        return index + self._index_start(self.log_gain(quality)), mean

    def _index_start(self, log_gain: Tensor) -> Tensor:
        """Return the scale indices of the channels' typical magnitudes, B×M×1×1."""
        return index_of_scale(_channels(self.latent_scale)) + log_gain / LOG_SCALE_STEP

    def _predict(
        self, y: Tensor, hyper: Tensor, log_gain: Tensor, rounding: Rounding
    ) -> tuple[Tensor, Tensor]:
        """Return the real scale index and the mean of every latent, given its context."""
        if self.preset.order == "serial":
            return self._estimate(hyper, rounding(y), log_gain)
        anchors = anchor_mask(y.shape[-2], y.shape[-1], y.device)
        index_a, mean_a = self._estimate(hyper, None, log_gain)
        known = (round_ste(y - mean_a) + mean_a) * anchors
        index_b, mean_b = self._estimate(hyper, known, log_gain)
        mix = anchors.bool()
        return torch.where(mix, index_a, index_b), torch.where(mix, mean_a, mean_b)

    def _estimate(
        self, hyper: Tensor, known: Tensor | None, log_gain: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return scale indices and means from hyper features and the latents known so far.

        The network predicts both relative to the latent's typical magnitude and to the gain, so
        one set of weights serves all qualities.
        """
        scale = _channels(self.coded_scale)
        if known is None:
            context = self.context.without_neighbours(hyper)
        else:
            context = self.context(known / scale)
        features = torch.cat((hyper, context), 1)
        index, mean = self.entropy_parameters(features).chunk(2, 1)
        return index + self._index_start(log_gain), mean * scale


def _full_precision(x: Tensor) -> AbstractContextManager[object]:
    """Return a context in which training's lower precision is off (tone, rates, linear path)."""
    if x.is_meta:  # on the meta device only shapes are computed
        return nullcontext()
    return torch.autocast(x.device.type, enabled=False)


def _channels(v: Tensor) -> Tensor:
    return v[None, :, None, None]
