"""The SNR-aware branch: local and non-local features of one stage, fused by the SNR map.

Joint-IC-LL, "SNR-aware branch" and Eq. 7. Attention runs over a pooled grid of at most 1024 tokens,
which bounds memory for pictures of any size; ``snr_transformer.py`` has the published form.
"""

from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nets.blocks import ResidualBlock, conv3x3, leaky_relu
from llcodec.nets.constants import ATTENTION_HEADS, LEAST_WEIGHT
from llcodec.nets.grid import attention_grid


class PooledAttention(nn.Module):
    """SNR-guided self-attention over a pooled grid: B×C×H×W in, B×C×H×W out.

    Keys of low SNR get less weight: the logarithm of a token's mean SNR is added to its scores.
    """

    def __init__(self, channels: int, heads: int = ATTENTION_HEADS) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.out = nn.Linear(channels, channels)
        self.ffn = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, 2 * channels),
            leaky_relu(),
            nn.Linear(2 * channels, channels),
        )

    def forward(self, x: Tensor, snr: Tensor) -> Tensor:
        """Return the attended features; ``snr`` is B×1×H×W in [0, 1] at the size of ``x``."""
        grid = attention_grid(x.shape[-2], x.shape[-1])
        tokens = F.adaptive_avg_pool2d(x, grid).flatten(2).mT
        weight = F.adaptive_avg_pool2d(snr, grid).flatten(2)
        tokens = tokens + self._attend(self.norm(tokens), weight)
        tokens = tokens + self.ffn(tokens)
        pooled = tokens.mT.unflatten(2, grid)
        return F.interpolate(pooled, x.shape[-2:], mode="bilinear", align_corners=False)

    def _attend(self, tokens: Tensor, weight: Tensor) -> Tensor:
        shape = (*tokens.shape[:2], 3, self.heads, -1)
        q, k, v = self.qkv(tokens).view(shape).permute(2, 0, 3, 1, 4)
        bias = (weight + LEAST_WEIGHT).log().unsqueeze(1).to(q.dtype)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        out: Tensor = self.out(mixed.transpose(1, 2).flatten(2))
        return out


class SnrBranch(nn.Module):
    """One stage of the SNR-aware branch with pooled attention: B×C×H×W → B×K×H×W.

    s = local · m + nonlocal · (1 − m) with the SNR map m at the stage's size (Eq. 7).
    """

    def __init__(self, channels: int, features: int) -> None:
        super().__init__()
        self.local = nn.Sequential(conv3x3(channels, features), ResidualBlock(features))
        self.reduce = nn.Conv2d(channels, features, 1)
        self.nonlocal_ = PooledAttention(features)

    def forward(self, y: Tensor, snr: Tensor) -> Tensor:
        """Return the fused features of ``y``; ``snr`` is the map of the whole picture."""
        m = F.interpolate(snr, y.shape[-2:], mode="area").to(y.dtype)
        far: Tensor = self.nonlocal_(self.reduce(y), m)
        near: Tensor = self.local(y)
        return near * m + far * (1 - m)
