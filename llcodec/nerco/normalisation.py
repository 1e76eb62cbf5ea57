"""Neural Representation Normalisation, NRN (section 3.2, Eqs. 1–3).

One MLP computes each pixel of the picture from its features and its coordinates. The features are
independent of exposure and contrast (InstanceNorm in ``paper``, the statistics of the complete
picture in ``compact``), so that all outputs have about the same, average darkness.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from llcodec.nerco.constants import HIDDEN_LAYERS
from llcodec.nerco.coordinates import Coordinates, positional_encoding
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.resnet import gaussian_start, resnet_trunk
from llcodec.nerco.subpixel import even_start
from llcodec.nerco.views import View
from llcodec.nerco.whole_picture import from_log_odds, statistics
from llcodec.nets.blocks import ResidualBlock, conv3x3, he_init, leaky_relu

_BAND_PIXELS = 2**18  # pixels of the rows that the MLP processes at once
_DARK = -1.2  # log-odds of 8 % of white, the initial output of the compact MLP
_QUIET = 0.3


class NeuralRepresentationNormalisation(nn.Module):
    """NRN: views of dark pictures → I_NR, B×3×H×W in [−1, 1]; ``paper`` may exceed the range.

    E = extractor(I_L) at every pixel, and I_NR[i, j] = F_MLP(E[i, j], γ(X[i, j])).
    """

    def __init__(self, preset: NercoPreset) -> None:
        super().__init__()
        width, blocks, features = preset.extractor_width, preset.extractor_blocks, preset.features
        self.compact = preset.family == "compact"
        self.mlp = PixelMlp(
            features, preset.neighbourhood, preset.mlp_width, preset.frequencies, self.compact
        )
        if self.compact:
            self.extractor: nn.Module = _local_extractor(width, blocks, features)
        else:
            self.extractor = resnet_trunk(3, features, blocks)
            gaussian_start(self)

    def forward(self, view: View) -> Tensor:
        """Return I_NR."""
        if not self.compact:
            out: Tensor = self.mlp(self.extractor(view.picture), view.coordinates)
            return out
        white = statistics(view.overview).whitened(view.picture)
        return from_log_odds(self.mlp(self.extractor(white), view.coordinates))


def _local_extractor(width: int, blocks: int, features: int) -> nn.Sequential:
    """Return B×3×H×W → E, B×features×H×W, computed at a quarter of the size."""
    last = conv3x3(width, 16 * features)
    extractor = he_init(
        nn.Sequential(
            nn.PixelUnshuffle(4),
            conv3x3(48, width),
            leaky_relu(),
            *(ResidualBlock(width) for _ in range(blocks)),
            last,
            leaky_relu(),
            nn.PixelShuffle(4),
        )
    )
    even_start(last, 4)
    return extractor


class PixelMlp(nn.Module):
    """F_MLP: features B×C×H×W and coordinates → B×3×H×W, for each pixel separately (Eq. 1).

    It has three hidden layers and no activation at the end. The input of the first layer is the
    features of ``neighbourhood``×``neighbourhood`` pixels, zero beyond the border, and γ of both
    coordinates. As γ is constant along rows or columns, its part is computed once for each of them.
    """

    def __init__(
        self, features: int, neighbourhood: int, width: int, frequencies: int, leaky: bool = False
    ) -> None:
        super().__init__()
        self.frequencies, self.reach = frequencies, neighbourhood // 2
        self.from_features = nn.Conv2d(features, width, neighbourhood)
        self.from_rows = nn.Linear(2 * frequencies, width, bias=False)
        self.from_columns = nn.Linear(2 * frequencies, width, bias=False)
        layers: list[nn.Module] = []
        for out in (*[width] * (HIDDEN_LAYERS - 1), 3):
            layers += [leaky_relu() if leaky else nn.ReLU(), nn.Conv2d(width, out, 1)]
        self.layers = nn.Sequential(*layers)
        if leaky:
            he_init(self)
            self._quiet_start()

    def forward(self, features: Tensor, at: Coordinates) -> Tensor:
        """Return the values; bands of rows are processed one by one, so that memory is bounded."""
        rows = self.from_rows(positional_encoding(at.rows, self.frequencies)).mT[..., None]
        columns = self.from_columns(positional_encoding(at.columns, self.frequencies)).mT
        height, width = features.shape[-2:]
        padded = F.pad(features, (self.reach,) * 4)
        step = max(1, _BAND_PIXELS // width)
        bands = []
        for top in range(0, height, step):
            stop = min(top + step, height)
            hidden = self.from_features(padded[:, :, top : stop + 2 * self.reach])
            bands.append(self.layers(hidden + rows[:, :, top:stop] + columns[:, :, None]))
        return bands[0] if len(bands) == 1 else torch.cat(bands, 2)

    @torch.no_grad()
    def _quiet_start(self) -> None:
        """Initialise with an output that is dark everywhere and hardly depends on coordinates."""
        last = self.layers[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        last.weight.mul_(_QUIET)
        last.bias.fill_(_DARK)
        for layer in (self.from_rows, self.from_columns):
            layer.weight.mul_(_QUIET)
