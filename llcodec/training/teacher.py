"""Guidance by the bright reference: a third branch, in training only.

Joint-IC-LL, "Joint guidance with SNR-aware" (Figure 7), has a teacher guidance branch in addition
to the main and the SNR-aware branch. Its details are in a supplement that was not available. From
the text: there are three branches, the third is not used at inference, and features are guided at
the two scales where they are adapted. Assumed: the teacher is the initial analysis transform of the
stage and does not change; its input is the target of the training; the loss is a relative squared
error.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor, nn

from llcodec.errors import InputError
from llcodec.nets.joint import JointModel
from llcodec.training.losses import Loss

_LEAST = 1e-6  # the smallest mean square of features


class Teacher:
    """Guide the features of dark pictures towards those of their bright references.

    Args:
        model: the joint network at the start of its stage; a copy of it becomes the teacher.
        weight: of the sum of the errors of both scales, which is added to bpp + λ·255²·D.

    Raises InputError if the preset has no SNR-aware branch, whose features are guided.
    """

    def __init__(self, model: JointModel, weight: float) -> None:
        if not model.preset.snr_branch:
            raise InputError("a teacher needs a preset with the SNR-aware branch")
        self.weight = weight
        self.network: JointModel = deepcopy(model).eval().requires_grad_(False)
        self._teaching = _Outputs(self.network.g_a0)
        self._learning = _Outputs(model.f_a0, model.f_a1)

    def guided(self, loss: Loss, target: Tensor) -> Loss:
        """Return the loss of the last forward pass, with the error of its features.

        ``target`` are the bright references, B×3×H×W in [0, 1], of the input of that pass.
        """
        with torch.no_grad():
            latents = self.network.analyse(target, None, enhance=False)
        (fine,) = self._teaching.taken()
        error = torch.stack(
            [
                relative_error(learned.float(), taught.float())
                for learned, taught in zip(self._learning.taken(), (fine, latents), strict=True)
            ]
        ).sum()
        return replace(loss, total=loss.total + self.weight * error)


class _Outputs:
    """The outputs of some modules in the last forward pass."""

    def __init__(self, *modules: nn.Module) -> None:
        self._found: dict[int, Tensor] = {}
        for number, module in enumerate(modules):
            module.register_forward_hook(self._keeper(number))

    def taken(self) -> tuple[Tensor, ...]:
        """Return the outputs in the order of the modules, and delete them."""
        return tuple(self._found.pop(number) for number in sorted(self._found))

    def _keeper(self, number: int) -> Callable[[nn.Module, object, Tensor], None]:
        def keep(_: nn.Module, __: object, output: Tensor) -> None:
            self._found[number] = output

        return keep


def relative_error(learned: Tensor, taught: Tensor) -> Tensor:
    """Return the squared error of features B×C×h×w divided by their mean square, as a mean."""
    error = (learned - taught).square().mean((1, 2, 3))
    size = taught.square().mean((1, 2, 3)).clamp(min=_LEAST)
    return (error / size).mean()
