"""The float networks of a codec, run by PyTorch."""

import torch
from torch import Tensor

from llcodec._arrays import Arrays, Floats
from llcodec._bitstream import STRIDE
from llcodec.engine.exposures import is_local, positions
from llcodec.engine.protocol import Core, Place
from llcodec.engine.tensors import picture_of, planes_of
from llcodec.engine.torch_models import joint_model, placed
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.nets.snr import snr_ratio
from llcodec.nets.tone_numbers import curve_of_numbers, to_numbers


def torch_transforms(preset: Preset, arrays: Arrays, device: torch.device) -> "TorchTransforms":
    """Return the transforms of a preset with these parameters, on a device.

    Raises as :func:`llcodec.engine.torch_models.joint_model` does.
    """
    return TorchTransforms(placed(joint_model(preset, arrays), device))


class TorchTransforms:
    """The transforms of a joint model, on the device where the model is.

    Implements :class:`llcodec.engine.protocol.Transforms`.
    """

    def __init__(self, model: JointModel) -> None:
        self._model = model
        self._device = model.coded_scale.device

    @property
    def model(self) -> JointModel:
        """The model."""
        return self._model

    @property
    def latents(self) -> int:
        """The number M of latent channels."""
        return self._model.preset.latents

    @property
    def needs_snr_maximum(self) -> bool:
        """Whether the SNR map is the published one; the robust one is local."""
        return self._model.preset.snr == "published"

    @torch.inference_mode()
    def gain(self, quality: float) -> Floats:
        """Return the gain of each latent, M, at a quality from 1 to 8."""
        return _array(self._model.log_gain(self._quality(quality)).exp()[0, :, 0, 0])

    @torch.inference_mode()
    def inverse_gain(self, quality: float) -> Floats:
        """Return the inverse gain of each latent, M, at a quality from 1 to 8."""
        return _array(self._model.inverse_gain(self._quality(quality))[0, :, 0, 0])

    @torch.inference_mode()
    def predict_tone(self, thumbnail: Floats) -> tuple[int, ...] | None:
        """Return the tone numbers for a thumbnail 100×150×3; None without a tone network."""
        curve = self._model.predict_tone(planes_of(thumbnail, self._device))
        return None if curve is None else to_numbers(curve)

    @torch.inference_mode()
    def snr_ratio(self, picture: Floats) -> Floats:
        """Return the SNR of a picture H×W×3, not yet normalised, H×W."""
        return _array(snr_ratio(planes_of(picture, self._device))[0, 0])

    @torch.inference_mode()
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
        curve = None if tone is None else curve_of_numbers(tone).to(self._device)
        places = None
        if tone is not None and is_local(tone):
            places = _places(place or Place.whole(*picture.shape[:2])).to(self._device)
        ratio = None
        if snr_maximum is not None:
            ratio = torch.full((1, 1, 1, 1), snr_maximum, device=self._device)
        x = planes_of(picture, self._device)
        return _array(self._model.analyse(x, curve, enhance, ratio, places)[0])

    @torch.inference_mode()
    def hyper_analysis(self, gained: Floats) -> Floats:
        """Return hyper-latents Z×h/4×w/4 of gained latents M×h×w (sides are multiples of 4)."""
        normal = self._planes(gained) / self._model.coded_scale[:, None, None]
        return _array(self._model.h_a(normal)[0])

    @torch.inference_mode()
    def synthesise(self, latents: Floats, core: Core | None = None) -> Floats:
        """Return the picture 16h×16w×3, not clamped, of latents M×h×w without gain, or a core."""
        y = self._planes(latents).contiguous(memory_format=torch.channels_last)
        picture = self._model.synthesise(y)
        return picture_of(picture if core is None else _core_of(picture, core))

    def synthesis_gradient(
        self, latents: Floats, target: Floats, core: Core
    ) -> tuple[float, Floats]:
        """Return the squared error of a core, and its gradient with respect to M×h×w latents."""
        with torch.enable_grad():
            y = self._planes(latents).requires_grad_()
            picture = _core_of(self._model.synthesise(y), core)
            error = (picture - planes_of(target, self._device)).square().sum()
            (gradient,) = torch.autograd.grad(error, y)
        return float(error.detach()), _array(gradient[0])

    @torch.inference_mode()
    def preview(self, latents: Floats, side: int = 1) -> Floats | None:
        """Return the picture scaled down, s·h×s·w×3; None without a linear path."""
        picture = self._model.preview(self._planes(latents), side)
        return None if picture is None else picture_of(picture)

    def _quality(self, quality: float) -> Tensor:
        return torch.tensor([quality], device=self._device)

    def _planes(self, latents: Floats) -> Tensor:
        return torch.from_numpy(latents)[None].to(self._device)


def _core_of(picture: Tensor, core: Core) -> Tensor:
    """Return the pixels of rows and columns of latents."""
    rows, columns = (slice(STRIDE * n.start, STRIDE * n.stop) for n in core)
    return picture[..., rows, columns]


def _places(place: Place) -> Tensor:
    """Return where the pixels of a window lie, 1×H×W×2; see :func:`nets.tone.apply_tone`."""
    right = positions(place.columns, place.width, place.step)
    down = positions(place.rows, place.height, place.step)
    axes = (torch.from_numpy(2 * at - 1).float() for at in (right, down))
    return torch.stack(torch.meshgrid(*axes, indexing="xy"), -1)[None]


def _array(values: Tensor) -> Floats:
    array: Floats = values.cpu().numpy()
    return array
