"""Load the transforms of a codec into an engine."""

from llcodec._arrays import Arrays
from llcodec.engine.choice import Choice
from llcodec.engine.protocol import Transforms
from llcodec.nets.presets import Preset


def load_transforms(choice: Choice, preset: Preset, arrays: Arrays) -> Transforms:
    """Return the transforms of a preset with these parameters.

    Raises:
        BrokenModelError, RuntimeError, ValueError, LookupError: when the arrays do not fit the
            preset. Call it in :func:`llcodec._weight_files.blames`.
    """
    import torch

    from llcodec.engine.torch_transforms import torch_transforms

    return torch_transforms(preset, arrays, torch.device(choice.device))
