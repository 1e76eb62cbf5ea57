"""The float networks of a codec, run by ONNX Runtime."""

from collections.abc import Callable
from functools import cached_property, lru_cache, partial

import numpy as np

from llcodec._arrays import Floats
from llcodec._bitstream import MIN_QUALITY, QUALITY_LEVELS, STRIDE
from llcodec.engine.exposures import is_local
from llcodec.engine.onnx import codec_graphs
from llcodec.engine.onnx.codec_graphs import ToneKind
from llcodec.engine.onnx.codec_shapes import check
from llcodec.engine.onnx.devices import choose_provider
from llcodec.engine.onnx.graph import Array
from llcodec.engine.onnx.layers import Arrays
from llcodec.engine.onnx.local_tone import LocalCurve
from llcodec.engine.onnx.session import Session
from llcodec.engine.onnx.snr import snr_ratio
from llcodec.engine.onnx.tone import Curve
from llcodec.engine.onnx.tone_network import (
    curve_of_network,
    faded_if_bright,
    network,
    network_inputs,
)
from llcodec.engine.protocol import Core, Place
from llcodec.errors import InputError
from llcodec.nets.presets import Preset

_SIZES = 8  # sizes of windows whose inputs of the SNR-aware branch are kept: a picture has few


class OnnxTransforms:
    """The transforms of a joint model.

    Implements :class:`llcodec.engine.protocol.Transforms`. Each graph is made when it is first
    needed: decoding never makes those of the encoder.

    Args:
        preset: of the model.
        arrays: its parameters, by their names in the weight file without ``float.``.
        device: where the graphs run; see :func:`llcodec.engine.onnx.devices.choose_provider`.

    Raises:
        BrokenModelError: if the arrays are not those of the preset.
        InputError: if there is no such device.
    """

    def __init__(self, preset: Preset, arrays: Arrays, *, device: str = "cpu") -> None:
        check(preset, arrays)
        self._preset, self._arrays = preset, arrays
        self._provider = choose_provider(device)
        self._analyses: dict[tuple[ToneKind, bool], Session] = {}
        self._previews: dict[int, Session] = {}
        branch_inputs = codec_graphs.family_of(preset).branch_inputs
        self._branch_inputs = lru_cache(_SIZES)(branch_inputs)

    @property
    def latents(self) -> int:
        """The number M of latent channels."""
        return self._preset.latents

    @property
    def needs_snr_maximum(self) -> bool:
        """Whether the SNR map is the published one; the robust one is local."""
        return self._preset.snr == "published"

    def gain(self, quality: float) -> Floats:
        """Return the gain of each latent, M, at a quality from 1 to 8."""
        return self._gains("gain.log_gain", quality)

    def inverse_gain(self, quality: float) -> Floats:
        """Return the inverse gain of each latent, M, at a quality from 1 to 8."""
        return self._gains("gain.log_inverse", quality)

    def _gains(self, name: str, quality: float) -> Floats:
        if not self._preset.variable_rate:
            return np.ones(self.latents, np.float32)
        position = np.float32(min(max(quality - MIN_QUALITY, 0), QUALITY_LEVELS - 1))
        low = min(int(position), QUALITY_LEVELS - 2)
        share, table = position - np.float32(low), self._arrays[name]
        with np.errstate(over="ignore"):  # of nonsensical weights
            gains: Floats = np.exp(table[low] * (1 - share) + table[low + 1] * share)
        return gains

    def predict_tone(self, thumbnail: Floats) -> tuple[int, ...] | None:
        """Return the tone numbers for a thumbnail 100×150×3; None without a tone network.

        Raises BrokenModelError if they are not finite.
        """
        if not self._preset.global_tone:
            return None
        inputs = network_inputs(thumbnail)
        level = float(inputs["level"][0, 0])
        curve = curve_of_network(self._preset, self._tone.run(inputs), level)
        return faded_if_bright(curve, thumbnail).to_numbers()

    def snr_ratio(self, picture: Floats) -> Floats:
        """Return the SNR of a picture H×W×3, not yet normalised, H×W."""
        return snr_ratio(picture)

    def analyse(
        self,
        picture: Floats,
        tone: tuple[int, ...] | None,
        snr_maximum: float | None,
        *,
        enhance: bool = True,
        place: Place | None = None,
    ) -> Floats:
        """Return the latents M×H/16×W/16 of a window H×W×3, whose sides are multiples of 16.

        ``enhance=False`` leaves the SNR-aware branch out; ``place`` is where the window lies, None
        for a whole picture.
        """
        enhance = enhance and self._preset.snr_branch
        inputs: dict[str, Array] = {"picture": picture[None]}
        kind: ToneKind = "none"
        if tone is not None and is_local(tone):
            where = place or Place.whole(*picture.shape[:2])
            kind = "local"
            inputs |= LocalCurve.of_numbers(tone).inputs(where)
        elif tone is not None:
            kind = "global"
            inputs |= Curve.of_numbers(tone).inputs()
        if self.needs_snr_maximum:
            largest = snr_ratio(picture).max() if snr_maximum is None else snr_maximum
            inputs["snr_maximum"] = np.full(1, largest, np.float32)
        if enhance:
            inputs |= self._branch_inputs(*picture.shape[:2])
        return self._analysis(kind, enhance).run(inputs)

    def hyper_analysis(self, gained: Floats) -> Floats:
        """Return hyper-latents Z×h/4×w/4 of gained latents M×h×w (sides are multiples of 4)."""
        return self._hyper_analysis.run({"latents": gained[None]})

    def synthesise(self, latents: Floats, core: Core | None = None) -> Floats:
        """Return the picture 16h×16w×3, not clamped, of latents M×h×w without gain, or a core."""
        _, height, width = latents.shape
        core = core or (slice(0, height), slice(0, width))
        cuts = codec_graphs.synthesis_inputs(self._preset, core, (height, width))
        return self._synthesis.run({"latents": latents[None], **cuts})

    def synthesis_gradient(
        self, latents: Floats, target: Floats, core: Core
    ) -> tuple[float, Floats]:
        """Return the squared error of a core, and its gradient with respect to M×h×w latents.

        Raises InputError for models of the family ``paper``.
        """
        if self._preset.family != "fast":
            raise InputError("for this model, a search for better latents needs the engine torch")
        _, height, width = latents.shape
        wide = np.zeros((STRIDE * height, STRIDE * width, 3), np.float32)
        weight = np.zeros((1, 1, *wide.shape[:2]), np.float32)
        rows, columns = (slice(STRIDE * n.start, STRIDE * n.stop) for n in core)
        wide[rows, columns], weight[..., rows, columns] = target, 1
        inputs = {"latents": latents[None], "target": wide[None], "weight": weight}
        gradient, error = self._gradient.run_all(inputs)
        return float(error.squeeze()), gradient

    def preview(self, latents: Floats, side: int = 1) -> Floats | None:
        """Return the picture scaled down, s·h×s·w×3; None without a linear path."""
        if not self._preset.linear_path:
            return None
        if side not in self._previews:
            model = codec_graphs.preview(self._preset, self._arrays, side)
            self._previews[side] = Session(model, self._provider)
        return self._previews[side].run({"latents": latents[None]})

    @cached_property
    def _synthesis(self) -> Session:
        return self._session(codec_graphs.synthesis)

    @cached_property
    def _gradient(self) -> Session:
        return self._session(codec_graphs.synthesis_gradient)

    @cached_property
    def _hyper_analysis(self) -> Session:
        return self._session(codec_graphs.hyper_analysis)

    @cached_property
    def _tone(self) -> Session:
        return self._session(network)

    def _analysis(self, curve: ToneKind, enhance: bool) -> Session:
        key = curve, enhance
        if key not in self._analyses:
            build = partial(codec_graphs.analysis, curve=curve, enhance=enhance)
            self._analyses[key] = self._session(build)
        return self._analyses[key]

    def _session(self, build: Callable[[Preset, Arrays], bytes]) -> Session:
        with np.errstate(all="ignore"):  # of nonsensical weights
            model = build(self._preset, self._arrays)
        return Session(model, self._provider)
