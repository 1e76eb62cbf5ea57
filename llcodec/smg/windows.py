"""The transformer of the structure encoder of SMG: attention in windows, as in Uformer.

Wang et al., "Uformer: A General U-Shaped Transformer for Image Restoration", CVPR 2022. Tensors are
N×H×W×C. Parameters have the names of SMG's released code, so that its checkpoints load.
"""

import torch
from torch import Tensor, nn

_WIDER = 4  # the ratio of channels inside the feed-forward network
_APART = -100.0  # added to the similarity of positions that are not neighbours


class _Projection(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(channels, 2 * channels)


class WindowAttention(nn.Module):
    """Self-attention within a window, with a learned bias for each offset."""

    relative_position_index: Tensor

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        offsets = 2 * window - 1
        self.relative_position_bias_table = nn.Parameter(torch.zeros(offsets**2, heads))
        self.register_buffer("relative_position_index", _offsets(window))
        self.qkv = _Projection(channels)
        self.proj = nn.Linear(channels, channels)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def forward(self, x: Tensor, apart: Tensor | None) -> Tensor:
        """Return windows×positions×C of the same; ``apart`` is windows×1×positions×positions."""
        query = self.qkv.to_q(x)
        key, value = self.qkv.to_kv(x).chunk(2, -1)
        query, key, value = (
            part.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2)
            for part in (query, key, value)
        )
        scale = query.shape[-1] ** -0.5
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        similar: Tensor = (scale * query) @ key.transpose(-1, -2) + bias
        if apart is not None:
            similar = similar + apart
        made: Tensor = self.proj((similar.softmax(-1) @ value).transpose(-3, -2).flatten(-2))
        return made


class FeedForward(nn.Module):
    """Two linear layers with a convolution of each channel between them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = _WIDER * channels
        self.linear1 = nn.Sequential(nn.Linear(channels, wide), nn.GELU())
        self.dwconv = nn.Sequential(nn.Conv2d(wide, wide, 3, padding=1, groups=wide), nn.GELU())
        self.linear2 = nn.Sequential(nn.Linear(wide, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return N×H×W×C of the same."""
        x = self.dwconv(self.linear1(x).permute(0, 3, 1, 2))
        made: Tensor = self.linear2(x.permute(0, 2, 3, 1))
        return made


class Block(nn.Module):
    """Attention in windows, optionally shifted by half a window, and the feed-forward network."""

    def __init__(self, channels: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads, window)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = FeedForward(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return N×H×W×C of the same; sides must be multiples of the side of windows."""
        count, height, width, _ = x.shape
        windows = self._windows(self.norm1(x).roll((-self.shift, -self.shift), (1, 2)))
        apart = self._apart(height, width, x.device) if self.shift else None
        made = self.attn(windows, None if apart is None else apart.repeat(count, 1, 1, 1))
        x = x + self._picture(made, height, width).roll((self.shift, self.shift), (1, 2))
        added: Tensor = x + self.mlp(self.norm2(x))
        return added

    def _windows(self, x: Tensor) -> Tensor:
        """Return windows×positions×C of N×H×W×C."""
        count, height, width, channels = x.shape
        side = self.window
        x = x.reshape(count, height // side, side, width // side, side, channels)
        return x.transpose(2, 3).reshape(-1, side * side, channels)

    def _picture(self, windows: Tensor, height: int, width: int) -> Tensor:
        """Return N×H×W×C of windows×positions×C."""
        side = self.window
        x = windows.reshape(-1, height // side, width // side, side, side, windows.shape[2])
        return x.transpose(2, 3).reshape(-1, height, width, windows.shape[2])

    def _apart(self, height: int, width: int, device: torch.device) -> Tensor:
        """Return windows×1×positions×positions: the mask of parts that only wrapping joined."""
        rows, columns = (self._parts(side, device) for side in (height, width))
        part = self._windows((3 * rows[:, None] + columns)[None, :, :, None])[..., 0]
        differ = part[:, None, :, None] != part[:, None, None, :]
        return differ * _APART

    def _parts(self, side: int, device: torch.device) -> Tensor:
        places = torch.arange(side, device=device)
        return (places >= side - self.window).int() + (places >= side - self.shift).int()


def _offsets(window: int) -> Tensor:
    """Return positions×positions: the index of the offset between two positions of a window."""
    side = torch.arange(window)
    places = torch.cartesian_prod(side, side)
    offset = places[:, None] - places[None] + window - 1
    return offset[..., 0] * (2 * window - 1) + offset[..., 1]
