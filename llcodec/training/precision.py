"""The arithmetic of the transforms in training; rates, tone and linear path are float32."""

import torch
from torch import nn

_COMPILED = ("g_a0", "g_a1", "g_s", "h_a", "h_s", "entropy_parameters")  # most of the work


def transforms_in(precision: str, device: torch.device) -> torch.autocast:
    """Return the context for ``float32``, ``bfloat16`` or ``auto``.

    ``auto`` is bfloat16 on GPUs and on CPUs that multiply it in hardware (AMX or AVX-512 BF16),
    where it is about twice as fast; on other CPUs it is many times slower.
    """
    if precision == "auto":
        fast = device.type == "cuda" or _cpu_has_bfloat16()
        precision = "bfloat16" if fast else "float32"
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


def _cpu_has_bfloat16() -> bool:
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def compile_parts(model: nn.Module) -> None:
    """Compile the networks of ``model`` in place: 25 % faster after a minute of compilation.

    This needs a C++ compiler. Names and weights do not change.
    """
    for name, part in model.named_children():
        if name in _COMPILED:
            part.compile(dynamic=False)
