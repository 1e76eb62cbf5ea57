"""The blocks of TCM's transforms and context models: windowed attention and convolutions.

Liu, Sun and Katto, "Learned Image Compression with Mixed Transformer-CNN Architectures", CVPR 2023,
Section 3. Modules and parameters have the names of the released checkpoints, so that these load.
"""

import torch
from torch import Tensor, nn

from llcodec._compressai import compressai


class WindowAttention(nn.Module):
    """Self-attention in windows, with a learned bias for each offset between two positions.

    ``shifted`` windows are shifted by half a window. Those that cross the edge wrap around, and
    their parts are masked from each other.
    """

    def __init__(self, channels: int, head: int, window: int, shifted: bool) -> None:
        super().__init__()
        self.heads, self.window = channels // head, window
        self.shift = window // 2 if shifted else 0
        self.scale = head**-0.5
        self.embedding_layer = nn.Linear(channels, 3 * channels)
        side = 2 * window - 1
        self.relative_position_params = nn.Parameter(torch.zeros(self.heads, side, side))
        self.linear = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return N×H×W×C of N×H×W×C, whose sides are multiples of the side of windows."""
        count, height, width, channels = x.shape
        x = self._windows(x.roll((-self.shift, -self.shift), (1, 2)))
        query, key, value = (
            part.reshape(*x.shape[:3], self.heads, -1).transpose(2, 3)
            for part in self.embedding_layer(x).chunk(3, -1)
        )
        similar = self.scale * query @ key.transpose(-1, -2) + self._bias()
        if self.shift:
            apart = self._apart(height, width, x.device)
            similar = similar.masked_fill(apart[None, :, None], float("-inf"))
        x = self.linear((similar.softmax(-1) @ value).transpose(2, 3).flatten(3))
        side = self.window
        x = x.reshape(count, height // side, width // side, side, side, channels)
        x = x.transpose(2, 3).reshape(count, height, width, channels)
        return x.roll((self.shift, self.shift), (1, 2))

    def _windows(self, x: Tensor) -> Tensor:
        """Return N×windows×positions×C of N×H×W×C."""
        count, height, width, channels = x.shape
        side = self.window
        x = x.reshape(count, height // side, side, width // side, side, channels)
        return x.transpose(2, 3).reshape(count, -1, side * side, channels)

    def _bias(self) -> Tensor:
        """Return heads×positions×positions: the bias of each pair of positions."""
        side = torch.arange(self.window, device=self.relative_position_params.device)
        places = torch.cartesian_prod(side, side)
        offset = places[:, None] - places[None] + self.window - 1
        return self.relative_position_params[:, offset[..., 0], offset[..., 1]]

    def _apart(self, height: int, width: int, device: torch.device) -> Tensor:
        """Return windows×positions×positions: pairs from different parts of a wrapped window."""
        wraps = (
            (torch.arange(side, device=device) >= side - self.shift).int()
            for side in (height, width)
        )
        down, right = wraps
        part = (2 * down[:, None] + right[None])[None, :, :, None]
        parts = self._windows(part)[0, :, :, 0]
        return parts[:, :, None] != parts[:, None]


class TransformerBlock(nn.Module):
    """Attention in windows, then an MLP for each position, both with a residual connection."""

    def __init__(self, channels: int, head: int, window: int, shifted: bool) -> None:
        super().__init__()
        self.ln1 = nn.LayerNorm(channels)
        self.msa = WindowAttention(channels, head, window, shifted)
        self.ln2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return N×H×W×C of N×H×W×C."""
        x = x + self.msa(self.ln1(x))
        out: Tensor = x + self.mlp(self.ln2(x))
        return out


class MixedBlock(nn.Module):
    """The block of TCM (Figure 3): convolution of half of the channels, attention of the others."""

    def __init__(self, half: int, head: int, window: int, shifted: bool) -> None:
        super().__init__()
        self.trans_block = TransformerBlock(half, head, window, shifted)
        self.conv1_1 = nn.Conv2d(2 * half, 2 * half, 1)
        self.conv1_2 = nn.Conv2d(2 * half, 2 * half, 1)
        self.conv_block = compressai("layers").ResidualBlock(half, half)

    def forward(self, x: Tensor) -> Tensor:
        """Return N×2·half×H×W of the same."""
        convolved, attending = self.conv1_1(x).chunk(2, 1)
        convolved = self.conv_block(convolved) + convolved
        attending = self.trans_block(attending.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        out: Tensor = x + self.conv1_2(torch.cat((convolved, attending), 1))
        return out


class TransformerPair(nn.Module):
    """Attention in windows, and in shifted ones."""

    def __init__(self, channels: int, head: int, window: int) -> None:
        super().__init__()
        self.block_1 = TransformerBlock(channels, head, window, shifted=False)
        self.block_2 = TransformerBlock(channels, head, window, shifted=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return N×C×H×W of N×C×H×W."""
        out: Tensor = self.block_2(self.block_1(x.permute(0, 2, 3, 1))).permute(0, 3, 1, 2)
        return out


class SwinAttention(nn.Module):
    """SWAtten, the attention of the entropy model (Figure 5), with ``inner`` channels."""

    def __init__(self, channels: int, inner: int, head: int, window: int) -> None:
        super().__init__()
        usual = compressai("layers").AttentionBlock(inner)
        self.conv_a, self.conv_b = usual.conv_a, usual.conv_b
        self.non_local_block = TransformerPair(inner, head, window)
        self.in_conv = nn.Conv2d(channels, inner, 1)
        self.out_conv = nn.Conv2d(inner, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return N×C×H×W of N×C×H×W."""
        x = self.in_conv(x)
        gated = self.conv_a(x) * torch.sigmoid(self.conv_b(self.non_local_block(x)))
        out: Tensor = self.out_conv(gated + x)
        return out
