"""NeRCo on PyTorch: from a weight file to a model and back, and as an engine runs it."""

from collections.abc import Mapping

import torch

from llcodec._arrays import Floats
from llcodec._cards import TrainingFacts
from llcodec.engine.tensors import picture_of, planes_of
from llcodec.engine.torch_models import placed, to_arrays, with_parameters
from llcodec.nerco.coordinates import Coordinates
from llcodec.nerco.model import NercoModel
from llcodec.nerco.views import View, to_signed, to_unit
from llcodec.nerco.weights import NercoFile, NercoShape

_TRAINING_PARTS = ("g_l.",)


def nerco_model(file: NercoFile) -> NercoModel:
    """Return the model of a weight file, built without G_L and ready for inference.

    Raises:
        BrokenModelError: when the preset is far larger than the arrays.
        RuntimeError: when the arrays do not fit the preset.
    """
    shape = file.shape
    return with_parameters(
        lambda: NercoModel(shape.preset, shape.switches, degrader=False), file.arrays
    )


def nerco_file(
    name: str,
    model: NercoModel,
    notes: Mapping[str, str] | None = None,
    training: TrainingFacts | None = None,
) -> NercoFile:
    """Return what a weight file of a model holds: all but G_L."""
    arrays = {k: v for k, v in to_arrays(model).items() if not k.startswith(_TRAINING_PARTS)}
    shape = NercoShape(model.preset, model.switches)
    return NercoFile(name, shape, arrays, dict(notes or {}), training or TrainingFacts())


class TorchNerco:
    """A NeRCo model on a device; implements :class:`llcodec.engine.protocol.Nerco`."""

    def __init__(self, file: NercoFile, device: torch.device) -> None:
        self._model = placed(nerco_model(file), device)
        self._device = device

    @torch.inference_mode()
    def brighten(self, piece: Floats, overview: Floats, rows: Floats, columns: Floats) -> Floats:
        """Return the bright piece, h×w×3 in [0, 1]."""
        at = Coordinates(torch.from_numpy(rows)[None], torch.from_numpy(columns)[None])
        view = View(
            to_signed(planes_of(piece, self._device)),
            to_signed(planes_of(overview, self._device)),
            at.to(self._device),
        )
        return picture_of(to_unit(self._model(view)))
