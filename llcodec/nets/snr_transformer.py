"""The SNR-aware branch as published: attention over 4×4 patches that are not too noisy.

Joint-IC-LL, "SNR-aware branch" and Eq. 7; the transformer is that of Xu et al., "SNR-Aware
Low-Light Image Enhancement" (CVPR 2022), made smaller. The text of Joint-IC-LL feeds the SNR map
to these modules; the network that was published with it feeds the codec's features and uses the
map only to mask tokens and to blend, and so does this one. ``attention.py`` has the other form.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nets.blocks import conv3x3, pad_to_multiple
from llcodec.nets.constants import MASKED_SCORE, PATCH, PATCH_NORM_EPS, SNR_THRESHOLD
from llcodec.nets.presets import TransformerShape

_INITIAL_SHARE = 0.1  # of Kaiming's standard deviation, so that blocks start near the identity


class PlainResidualBlock(nn.Module):
    """conv3×3 → ReLU → conv3×3, plus identity: B×C×H×W in, B×C×H×W out."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(channels, channels)
        self.conv2 = conv3x3(channels, channels)
        for conv in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(conv.weight)
            assert conv.bias is not None
            nn.init.zeros_(conv.bias)
            with torch.no_grad():
                conv.weight.mul_(_INITIAL_SHARE)

    def forward(self, x: Tensor) -> Tensor:
        """Return x + conv2(relu(conv1(x)))."""
        out: Tensor = x + self.conv2(F.relu(self.conv1(x)))
        return out


class MaskedAttention(nn.Module):
    """Pre-norm multi-head self-attention with a residual: tokens B×L×D in, B×L×D out."""

    def __init__(self, width: int, heads: int, head_width: int) -> None:
        super().__init__()
        self.heads, self.head_width = heads, head_width
        inner = heads * head_width
        self.norm = nn.LayerNorm(width, PATCH_NORM_EPS)
        self.qkv = nn.Linear(width, 3 * inner, bias=False)
        self.out = nn.Linear(inner, width, bias=False)

    def forward(self, tokens: Tensor, keep: Tensor) -> Tensor:
        """Return the attended tokens; ``keep``, B×L, is True where a token may be a key.

        Masked keys score exactly −1e9 for every query. If all keys are masked, the softmax is
        therefore uniform and every token gets the mean of all: with the published SNR map this
        happens at the second stage of almost every picture.
        """
        shape = (*tokens.shape[:2], 3, self.heads, self.head_width)
        q, k, v = self.qkv(self.norm(tokens)).view(shape).permute(2, 0, 3, 1, 4)
        # A bias per key, never the whole matrix of scores: 1920 tokens already need 59 MB of it,
        # 12 megapixels 37 GB. Keys are set to zero so that only the bias is left of their score.
        masked = ~keep[:, None, None, :]
        bias = torch.zeros_like(masked, dtype=q.dtype)
        bias = bias.masked_fill(masked, max(MASKED_SCORE, torch.finfo(q.dtype).min))
        mixed = F.scaled_dot_product_attention(q, k.masked_fill(masked.mT, 0), v, attn_mask=bias)
        out: Tensor = tokens + self.out(mixed.transpose(1, 2).flatten(2))
        return out


class PatchTransformer(nn.Module):
    """Transformer layers over patch tokens: B×K×H×W in, B×K×H×W out.

    There is no positional encoding, and no norm at the end. Features whose H and W are not
    multiples of the patch are padded by replication, and cropped again.
    """

    def __init__(self, features: int, shape: TransformerShape | None = None) -> None:
        super().__init__()
        shape = shape or TransformerShape()
        width = features * PATCH**2
        self.attention = nn.ModuleList(
            MaskedAttention(width, shape.heads, shape.head_width) for _ in range(shape.layers)
        )
        self.ffn = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(width, PATCH_NORM_EPS),
                nn.Linear(width, shape.ffn_width),
                nn.ReLU(),
                nn.Linear(shape.ffn_width, width),
            )
            for _ in range(shape.layers)
        )

    def forward(self, x: Tensor, m: Tensor) -> Tensor:
        """Return the attended features; ``m``, B×1×H×W, is the SNR map at the size of ``x``."""
        height, width = x.shape[-2:]
        patches = F.pixel_unshuffle(pad_to_multiple(x, PATCH), PATCH)
        tokens = patches.flatten(2).mT
        keep = token_mask(m)
        for attention, ffn in zip(self.attention, self.ffn, strict=True):
            tokens = attention(tokens, keep)
            tokens = tokens + ffn(tokens)
        folded = F.pixel_shuffle(tokens.mT.reshape(patches.shape), PATCH)
        return folded[..., :height, :width]


def token_mask(m: Tensor) -> Tensor:
    """Return B×L, True for each 4×4 patch of an SNR map B×1×H×W whose mean is above 0.5."""
    means = F.avg_pool2d(pad_to_multiple(m, PATCH), PATCH)
    return means.flatten(1) > SNR_THRESHOLD


class PublishedSnrBranch(nn.Module):
    """One stage of the SNR-aware branch: features B×C×H×W → B×K×H×W.

    s = local · m + nonlocal · (1 − m), with the SNR map m of the picture brought to H×W by
    taking the top left pixel of each block (Eq. 7).
    """

    def __init__(self, channels: int, features: int, local_blocks: int) -> None:
        super().__init__()
        self.local = nn.Sequential(
            *(PlainResidualBlock(channels) for _ in range(local_blocks)),
            conv3x3(channels, features),
        )
        self.front = nn.Sequential(PlainResidualBlock(channels), conv3x3(channels, features))
        self.transformer = PatchTransformer(features)

    def forward(self, y: Tensor, snr: Tensor) -> Tensor:
        """Return the fused features of ``y``; ``snr`` is the map of the whole picture."""
        m = F.interpolate(snr, y.shape[-2:], mode="nearest")
        near: Tensor = self.local(y)
        far: Tensor = self.transformer(self.front(y), m)
        m = m.to(near.dtype)
        return near * m + far * (1 - m)
