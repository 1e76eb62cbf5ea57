"""The structure map of SMG: a StyleGAN, guided by an encoder of differences between neighbours.

Xu, Wang and Lu, "Low-Light Image Enhancement via Structure Modeling and Guidance", CVPR 2023,
Section 3.2. Sizes of layers that the paper leaves open, and all names, are those of the released
code (xiaogang00/SMG-LLIE, 5dba3df), so that its checkpoints load.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llcodec.smg.scaled import Activation, Filter, Linear, Modulated, UnitLength, layer
from llcodec.smg.windows import Block

SIDE = 512
"""The side of the input of the encoder, and of the structure map."""

_STYLE = 512  # the length of a style
_STYLE_LAYERS, _STYLE_PACE = 8, 0.01
_CHANNELS = {512: 8, 256: 16, 128: 32, 64: 64, 32: 64, 16: 64, 8: 64, 4: 64}  # by side
_SIDES = tuple(_CHANNELS)
_HEADS = (1, 2, 4, 4, 4, 4, 4)
_WINDOWS = (8, 8, 8, 8, 8, 4, 4)
_SHIFTS = (4, 4, 4, 4, 4, 2, 0)  # of the second block of each stage
_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1))
_SEED = 0  # of the finest noise; the released code draws new noise for each picture


class _InputProjection(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.LeakyReLU())


class _OutputProjection(nn.Module):
    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.proj = nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1))


class _Halving(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(channels, channels, 4, 2, 1))


class _Transformer(nn.Module):
    def __init__(self, channels: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(channels, heads, window, moved) for moved in (0, shift))


class StructureEncoder(nn.Module):
    """One stage: local and wide context of a picture and of its differences from eight neighbours.

    Returns N×outside×H/2×W/2 of N×inside×H×W.
    """

    def __init__(self, inside: int, outside: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        for number in range(len(_NEIGHBOURS) + 1):
            parts = {
                "conv": layer(inside, outside, 3, halved=True),
                "transformer": _Transformer(inside, heads, window, shift),
                "input_proj": _InputProjection(inside),
                "output_proj": _OutputProjection(inside, outside),
                "downsample": _Halving(inside),
                "fusion": layer(2 * outside, outside, 1),
            }
            for name, part in parts.items():
                self.add_module(f"{name}{number}", part)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of the stage."""
        height, width = x.shape[2:]
        middle = x[:, :, 1:-1, 1:-1]
        made = self._context(0, x)
        for number, (down, right) in enumerate(_NEIGHBOURS, 1):
            moved = x[:, :, 1 + down : height - 1 + down, 1 + right : width - 1 + right]
            made = made + self._context(number, F.interpolate(middle - moved, (height, width)))
        return made

    def _context(self, number: int, x: Tensor) -> Tensor:
        def part(name: str) -> nn.Module:
            return self.get_submodule(f"{name}{number}")

        far = part("input_proj").get_submodule("proj")(x).permute(0, 2, 3, 1)
        for block in part("transformer").get_submodule("blocks").children():
            far = block(far)
        far = part("downsample").get_submodule("conv")(far.permute(0, 3, 1, 2))
        far = part("output_proj").get_submodule("proj")(far)
        made: Tensor = part("fusion")(torch.cat((part("conv")(x), far), 1))
        return made


class _Noise(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


class StyledLayer(nn.Module):
    """A modulated convolution, whose result is concatenated with features (or noise)."""

    def __init__(self, inside: int, outside: int, *, doubled: bool = False) -> None:
        super().__init__()
        self.conv = Modulated(inside, outside, 3, _STYLE, doubled=doubled)
        self.noise = _Noise()
        self.activate = Activation(2 * outside)

    def forward(self, x: Tensor, style: Tensor, beside: Tensor | None) -> Tensor:
        """Return N×2·outside×H'×W'."""
        made = self.conv(x, style)
        if beside is None:
            drawn = torch.randn(made.shape, generator=torch.Generator().manual_seed(_SEED))
            beside = drawn.to(made)
        joined: Tensor = self.activate(torch.cat((made, self.noise.weight * beside), 1))
        return joined


class MapLayer(nn.Module):
    """The structure map at one size, from features and the map at half the size."""

    def __init__(self, inside: int, *, doubled: bool) -> None:
        super().__init__()
        self.upsample = Filter(2, 1, gain=4, up=2) if doubled else nn.Identity()
        self.conv = Modulated(inside, 1, 1, _STYLE, normal=False)
        self.bias = nn.Parameter(torch.zeros(1, 1, 1, 1))

    def forward(self, x: Tensor, style: Tensor, smaller: Tensor | None) -> Tensor:
        """Return N×1×H×W in [0, 1]."""
        made: Tensor = self.conv(x, style) + self.bias
        return (made if smaller is None else made + self.upsample(smaller)).sigmoid()


class _Start(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, channels, 4, 4))


class Generator(nn.Module):
    """Generate the structure map from a style and features of every size."""

    def __init__(self) -> None:
        super().__init__()
        layers = (
            Linear(_STYLE, _STYLE, pace=_STYLE_PACE, active=True) for _ in range(_STYLE_LAYERS)
        )
        self.style = nn.Sequential(UnitLength(), *layers)
        channels = _CHANNELS[4]
        self.input = _Start(channels)
        self.conv1 = StyledLayer(channels, channels)
        self.to_rgb1 = MapLayer(2 * channels, doubled=False)
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        for side in _SIDES[-2::-1]:
            inside, channels = channels, _CHANNELS[side]
            self.convs.append(StyledLayer(2 * inside, channels, doubled=True))
            self.convs.append(StyledLayer(2 * channels, channels))
            self.to_rgbs.append(MapLayer(2 * channels, doubled=True))

    def forward(self, x: Tensor, features: list[Tensor]) -> Tensor:
        """Return N×1×512×512 of N×512; ``features`` are those of sides 4 to 256."""
        style = self.style(x)
        x = self.conv1(self.input.input.expand(len(x), -1, -1, -1), style, features[0])
        made: Tensor = self.to_rgb1(x, style, None)
        beside = [*features[1:], None]
        for number, (feature, to_map) in enumerate(zip(beside, self.to_rgbs, strict=True)):
            for conv in (self.convs[2 * number], self.convs[2 * number + 1]):
                x = conv(x, style, feature)
            made = to_map(x, style, made)
        return made


class StructureMap(nn.Module):
    """The edge map of a picture: N×1×512×512 grey in [0, 1] → N×1×512×512 in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = Generator()
        self.ecd0 = nn.Sequential(layer(1, _CHANNELS[SIDE], 1))
        steps = zip(_SIDES, _SIDES[1:], _HEADS, _WINDOWS, _SHIFTS, strict=False)
        self.stages = len(_SIDES) - 1
        for number, (side, half, heads, window, shift) in enumerate(steps, 1):
            inside, outside = _CHANNELS[side], _CHANNELS[half]
            plain = layer(inside, outside, 3, halved=True)
            encoder = StructureEncoder(inside, outside, heads, window, shift)
            self.add_module(f"ecd{number}", nn.Sequential(plain, nn.InstanceNorm2d(outside)))
            self.add_module(f"ecd2{number}", nn.Sequential(encoder, nn.InstanceNorm2d(outside)))
        self.final_linear = nn.Sequential(Linear(_CHANNELS[4] * 16, _STYLE, active=True))

    def forward(self, grey: Tensor) -> Tensor:
        """Return the map."""
        x: Tensor = self.ecd0(grey)
        features: list[Tensor] = []
        for number in range(1, self.stages + 1):
            plain = self.get_submodule(f"ecd{number}")(x)
            features.insert(0, plain + self.get_submodule(f"ecd2{number}")(x))
            x = plain
        made: Tensor = self.generator(self.final_linear(x.flatten(1)), features)
        return made
