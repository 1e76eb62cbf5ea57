"""NeRCo for inference: normalise, extract masks, brighten.

Inference needs neither discriminators nor a text guide.
"""

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor, nn

from llcodec._windows import Window
from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.generators import BrighteningGenerator, DarkeningGenerator
from llcodec.nerco.mask_extractor import Mask, MaskExtractor
from llcodec.nerco.normalisation import NeuralRepresentationNormalisation
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches
from llcodec.nerco.views import View, pad_by_reflection, to_overview, to_signed, to_unit
from llcodec.nerco.windows import CORE, LEAST, outer_area, windows
from llcodec.nets.tone import thumbnail


class NercoModel(nn.Module):
    """NRN, ME, G_H and, for training, G_L of one preset.

    ``switches`` can leave out NRN or ME; ``degrader=False`` leaves out G_L, which only training
    needs.
    """

    def __init__(
        self,
        preset: NercoPreset,
        switches: NercoSwitches | None = None,
        *,
        degrader: bool = True,
    ) -> None:
        super().__init__()
        self.preset = preset
        self.switches = switches or NercoSwitches()
        nrn = NeuralRepresentationNormalisation
        self.nrn = nrn(preset) if self.switches.normalisation else None
        self.me = MaskExtractor(preset) if self.switches.cooperation else None
        self.g_h = BrighteningGenerator(preset)
        self.g_l = DarkeningGenerator(preset) if degrader else None

    def normalise(self, view: View) -> Tensor:
        """Return I_NR of a dark picture, or the picture itself without NRN."""
        if self.nrn is None:
            return view.picture
        if not self.switches.coordinates:
            view = replace(view, coordinates=view.coordinates.all_zero())
        out: Tensor = self.nrn(view)
        return out

    def mask(self, view: View) -> Mask | None:
        """Return I_A and I_M of a dark picture; None without ME."""
        if self.me is None:
            return None
        out: Mask = self.me(view)
        return out

    def brighten(self, view: View, normalised: Tensor, mask: Mask | None = None) -> Tensor:
        """Return G_H(I_A ⊗ (picture, normalised)), B×3×H×W in [−1, 1]."""
        out: Tensor = self.g_h(view, normalised, mask)
        return out

    def darken(self, view: View, goal: Tensor, mask: Mask | None = None) -> Tensor:
        """Return G_L(I_A ⊗ picture), B×3×H×W in [−1, 1], as dark as the overview ``goal``."""
        assert self.g_l is not None, "built without G_L"
        out: Tensor = self.g_l(view, goal, mask)
        return out

    def forward(self, view: View) -> Tensor:
        """Return Ĩ_H of dark pictures: G_H(ME(I_L) ⊗ (I_L, NRN(I_L))) (Eq. 8)."""
        return self.brighten(view, self.normalise(view), self.mask(view))

    @torch.no_grad()
    def enhance(self, x: Tensor, core: int = CORE) -> Tensor:
        """Return bright pictures for dark ones, B×3×H×W in [0, 1], of any size.

        Presets of the compact family process a picture window by window, with cores of
        ``core``×``core`` pixels. ``paper`` processes the complete picture at once, since its
        statistics are those of its input.
        """
        height, width = x.shape[-2:]
        whole = to_overview(thumbnail(x))
        padded = to_signed(pad_by_reflection(x, LEAST))
        out = torch.empty_like(padded)
        for window in self._windows(padded, core):
            rows, columns = window.rows, window.columns
            at = coordinates(height, width, outer_area(window), x.device)
            bright = self(View(padded[..., rows.outer, columns.outer], whole, at))
            out[..., rows.core, columns.core] = bright[..., rows.inner, columns.inner]
        return to_unit(out[..., :height, :width])

    def _windows(self, padded: Tensor, core: int) -> Iterable[Window]:
        height, width = padded.shape[-2:]
        if self.preset.family == "paper":
            core = max(height, width)
        return windows(height, width, self.preset.halo, core)
