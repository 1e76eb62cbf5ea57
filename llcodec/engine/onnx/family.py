"""The parts of the graphs that differ between families of codecs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from llcodec.engine.onnx.cores import Reaches
from llcodec.engine.onnx.graph import Array, Value
from llcodec.engine.onnx.layers import Layers
from llcodec.nets.presets import Preset

Part: TypeAlias = Callable[[Layers, Preset, Value], Value]


@dataclass(frozen=True)
class Family:
    """The parts of one family, under the names of :class:`llcodec.nets.transforms.Transforms`.

    Attributes:
        analysis0: adds g_a0: planes → features at a quarter of the size.
        analysis1: adds g_a1: those → features and latents at a sixteenth, the latter in the unit
            of the linear path, where there is one.
        synthesis: adds g_s without its last pixel shuffle.
        factor: returns the factor of that pixel shuffle.
        reaches: returns at which scales g_s cuts planes, and what its layers see from there on.
        hyper_analysis: adds h_a of gained latents, which are not divided by their scale yet.
        branch: adds a stage (0 or 1) of the SNR-aware branch, of features and the SNR map.
        branch_inputs: what the branch takes beside a window of so many pixels.
        bounded: whether feature adaptation is bounded.
    """

    analysis0: Part
    analysis1: Callable[[Layers, Preset, Value], tuple[Value, Value]]
    synthesis: Part
    factor: Callable[[Preset], int]
    reaches: Callable[[Preset], Reaches]
    hyper_analysis: Part
    branch: Callable[[Layers, int, Value, Value], Value]
    branch_inputs: Callable[[int, int], Mapping[str, Array]]
    bounded: bool
