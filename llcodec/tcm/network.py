"""TCM: Liu, Sun and Katto, "Learned Image Compression with Mixed Transformer-CNN Architectures".

CVPR 2023. The network and its bitstream, with the entropy coders of CompressAI. Parameters have the
names of the released checkpoints, so that these load.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from llcodec._compressai import compressai
from llcodec.tcm.blocks import MixedBlock, SwinAttention

MULTIPLE = 128
"""The sides of input pictures must be multiples of this."""

_LATENTS, _HYPER, _SLICES = 320, 192, 5
_SLICE = _LATENTS // _SLICES
_HEADS = (8, 16, 32)  # channels of each head, from the finest scale to the coarsest
_WINDOW, _HYPER_WINDOW, _HYPER_HEAD = 8, 4, 32
_CONTEXT_INNER, _CONTEXT_HEAD = 128, 16
_SCALES = torch.exp(torch.linspace(math.log(0.11), math.log(256), 64))
_MADE = ("_quantized_cdf", "_offset", "_cdf_length")  # … of the entropy bottleneck


@dataclass(frozen=True)
class _Prediction:
    """The prediction of a slice: its distribution, and the features that its mean comes from."""

    mean: Tensor
    scale: Tensor
    support: Tensor


class Tcm(nn.Module):
    """The network with ``half`` channels in each half of its blocks: 64, 96 or 128.

    Latents, 320 channels at a sixteenth of the size, are coded in five slices of 64 channels, each
    with all earlier slices as context (Section 3.3).
    Raises InputError if CompressAI is not installed.
    """

    def __init__(self, half: int) -> None:
        super().__init__()
        layers = compressai("layers")
        models = compressai("entropy_models")
        wide, down, up = 2 * half, layers.ResidualBlockWithStride, layers.ResidualBlockUpsample
        fine, middle, coarse = (_pair(half, head, _WINDOW) for head in _HEADS)
        self.g_a = nn.Sequential(
            down(3, wide, 2),
            *fine,
            down(wide, wide, 2),
            *middle,
            down(wide, wide, 2),
            *coarse,
            layers.conv3x3(wide, _LATENTS, stride=2),
        )
        fine, middle, coarse = (_pair(half, head, _WINDOW) for head in _HEADS)
        self.g_s = nn.Sequential(
            up(_LATENTS, wide, 2),
            *coarse,
            up(wide, wide, 2),
            *middle,
            up(wide, wide, 2),
            *fine,
            layers.subpel_conv3x3(wide, 3, 2),
        )
        self.h_a = nn.Sequential(
            down(_LATENTS, wide, 2),
            *_pair(half, _HYPER_HEAD, _HYPER_WINDOW),
            layers.conv3x3(wide, _HYPER, stride=2),
        )
        self.h_mean_s, self.h_scale_s = (
            nn.Sequential(
                up(_HYPER, wide, 2),
                *_pair(half, _HYPER_HEAD, _HYPER_WINDOW),
                layers.subpel_conv3x3(wide, _LATENTS, 2),
            )
            for _ in range(2)
        )
        known = [_LATENTS + _SLICE * number for number in range(_SLICES + 1)]
        self.atten_mean, self.atten_scale = (
            nn.ModuleList(
                nn.Sequential(SwinAttention(n, _CONTEXT_INNER, _CONTEXT_HEAD, _WINDOW))
                for n in known[:-1]
            )
            for _ in range(2)
        )
        self.cc_mean_transforms, self.cc_scale_transforms = (
            nn.ModuleList(map(_slice_transform, known[:-1])) for _ in range(2)
        )
        self.lrp_transforms = nn.ModuleList(map(_slice_transform, known[1:]))
        self.N = half
        self.entropy_bottleneck = models.EntropyBottleneck(_HYPER)
        self.gaussian_conditional = models.GaussianConditional(None)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> "Tcm":
        """Return the network of a checkpoint of any size.

        Call :meth:`update` to compute the probability tables.
        Raises LookupError or RuntimeError if the checkpoint is that of another network.
        """
        network = cls(state["g_a.0.conv1.weight"].shape[0] // 2)
        renamed = compressai("models.utils").remap_old_keys("entropy_bottleneck", state)
        weights = {k: v for k, v in renamed.items() if not _is_made(k)}
        own = {k: v for k, v in network.state_dict().items() if _is_made(k)}
        network.load_state_dict(weights | own)
        return network

    def update(self) -> None:
        """Compute the probability tables for entropy coding."""
        self.gaussian_conditional.update_scale_table(_SCALES, force=True)
        self.entropy_bottleneck.update(force=True)

    def compress(self, x: Tensor) -> dict[str, Any]:
        """Return the streams of a picture, 1×3×H×W in [0, 1], and the shape of the hyper-latents.

        ``strings`` are the streams of the latents and of the hyper-latents, each as a list of one.
        """
        y = self.g_a(x)
        hyper = self.h_a(y)
        streams = self.entropy_bottleneck.compress(hyper)
        shape = tuple(hyper.shape[2:])
        coder = _Symbols(self.gaussian_conditional)
        slices = iter(y.chunk(_SLICES, 1))

        def code(prediction: _Prediction) -> Tensor:
            symbols = self.gaussian_conditional.quantize(next(slices), "symbols", prediction.mean)
            coder.add(symbols, prediction.scale)
            value: Tensor = prediction.mean + symbols
            return value

        for _ in self.predicted_slices(self.entropy_bottleneck.decompress(streams, shape), code):
            pass
        return {"strings": [[coder.stream()], streams], "shape": shape}

    def decompress(
        self, strings: Sequence[Sequence[bytes]], shape: tuple[int, int]
    ) -> dict[str, Tensor]:
        """Return the picture, ``x_hat``, 1×3×H×W in [0, 1], of what :meth:`compress` returned."""
        reader = _Reader(self.gaussian_conditional, strings[0][0])

        def decode(prediction: _Prediction) -> Tensor:
            return reader.next(prediction.scale) + prediction.mean

        hyper = self.entropy_bottleneck.decompress(strings[1], shape)
        y = torch.cat(list(self.predicted_slices(hyper, decode)), 1)
        return {"x_hat": self.g_s(y).clamp(0, 1)}

    def predicted_slices(
        self, hyper: Tensor, value_of: Callable[[_Prediction], Tensor]
    ) -> Iterator[Tensor]:
        """Yield the decoded slices of the latents, each 1×64×h×w.

        ``value_of`` encodes or decodes a slice, and returns its decoded value. A prediction of the
        rounding error is then added.
        """
        means, scales = self.h_mean_s(hyper), self.h_scale_s(hyper)
        done: list[Tensor] = []
        for number in range(_SLICES):
            support = self.atten_mean[number](torch.cat((means, *done), 1))
            mean = self.cc_mean_transforms[number](support)
            of_scale = self.atten_scale[number](torch.cat((scales, *done), 1))
            scale = self.cc_scale_transforms[number](of_scale)
            value = value_of(_Prediction(mean, scale, support))
            rest = self.lrp_transforms[number](torch.cat((support, value), 1))
            done.append(value + 0.5 * torch.tanh(rest))
            yield done[-1]


class _Symbols:
    """Collects the symbols of the latents of a picture for one stream."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._symbols: list[int] = []
        self._indexes: list[int] = []

    def add(self, symbols: Tensor, scale: Tensor) -> None:
        self._symbols += symbols.int().flatten().tolist()
        self._indexes += self._model.build_indexes(scale).flatten().tolist()

    def stream(self) -> bytes:
        coder = compressai("ans").BufferedRansEncoder()
        coder.encode_with_indexes(self._symbols, self._indexes, *_tables(self._model))
        stream: bytes = coder.flush()
        return stream


class _Reader:
    """Reads the symbols of a stream, slice by slice."""

    def __init__(self, model: Any, stream: bytes) -> None:
        self._model, self._tables = model, _tables(model)
        self._coder = compressai("ans").RansDecoder()
        self._coder.set_stream(stream)

    def next(self, scale: Tensor) -> Tensor:
        indexes = self._model.build_indexes(scale).flatten().tolist()
        symbols = self._coder.decode_stream(indexes, *self._tables)
        return torch.tensor(symbols, dtype=scale.dtype, device=scale.device).reshape(scale.shape)


def _tables(model: Any) -> tuple[list[list[int]], list[int], list[int]]:
    """Return the cumulative frequencies of a model, their lengths, and the first symbols."""
    columns = (model.quantized_cdf, model.cdf_length.flatten(), model.offset.flatten())
    cdf, lengths, offsets = (column.int().tolist() for column in columns)
    return cdf, lengths, offsets


def _is_made(key: str) -> bool:
    """Return whether an entry of a checkpoint is computed by :meth:`Tcm.update`, or constant."""
    return key.startswith("gaussian_conditional.") or key.endswith(_MADE)


def _pair(half: int, head: int, window: int) -> list[MixedBlock]:
    return [MixedBlock(half, head, window, shifted) for shifted in (False, True)]


def _slice_transform(channels: int) -> nn.Sequential:
    """Return a network that predicts a property of each value of a slice."""
    return nn.Sequential(
        nn.Conv2d(channels, 224, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(224, 128, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(128, _SLICE, 3, padding=1),
    )
