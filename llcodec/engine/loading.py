"""Load the transforms of a codec into an engine."""

from llcodec._arrays import Arrays
from llcodec.engine.choice import ONNX, Choice, EngineRequest
from llcodec.engine.protocol import Transforms
from llcodec.nets.presets import Preset


def load_transforms(
    request: EngineRequest, preset: Preset, arrays: Arrays
) -> tuple[Transforms, Choice]:
    """Return the transforms of a preset with these parameters, and the engine that runs them.

    Raises:
        InputError: when the engine or the device is not available.
        ModelError: when the model is too large for ONNX Runtime.
        BrokenModelError, RuntimeError, ValueError, LookupError: when the arrays do not fit the
            preset. Call it in :func:`llcodec._weight_files.blames`.
    """
    choice = request.choose()
    if choice.engine == ONNX:
        from llcodec.engine.onnx.transforms import OnnxTransforms

        return OnnxTransforms(preset, arrays, device=choice.device), choice
    import torch

    from llcodec.engine.torch_transforms import torch_transforms

    return torch_transforms(preset, arrays, torch.device(choice.device)), choice
