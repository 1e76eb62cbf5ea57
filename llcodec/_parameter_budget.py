"""Networks are built no larger than the weight file that is to fill them.

The sizes in a card are numbers like any other: a file of a few kilobytes may ask for a network of
a terabyte. Its tensors cannot lie about their number.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from llcodec.errors import BrokenModelError

# Parts that a file keeps in another form than floats have more parameters than tensors; parts that
# a preset leaves out may be built and thrown away, the published SNR-aware branch among them.
_SHARE: Final = 2
_SPARE_PARAMETERS: Final = 1 << 25
_SPARE_TENSORS: Final = 1000


@contextmanager
def parameter_budget(tensors: Iterable[Tensor]) -> Iterator[None]:
    """Build networks that these tensors can fill; random numbers stay as they were.

    Raises:
        BrokenModelError: when they get larger, before the memory is touched.
    """
    sizes = [tensor.numel() for tensor in tensors]
    room = _Room(_SHARE * sum(sizes) + _SPARE_PARAMETERS, _SHARE * len(sizes) + _SPARE_TENSORS)
    handle = register_module_parameter_registration_hook(room.take)
    try:
        with torch.random.fork_rng([]):
            yield
    finally:
        handle.remove()


class _Room:
    """What is left to build with. The hook sees the modules of all threads."""

    def __init__(self, parameters: int, tensors: int) -> None:
        self._parameters = parameters
        self._tensors = tensors
        self._thread = threading.get_ident()

    def take(self, _module: nn.Module, _name: str, parameter: nn.Parameter | None) -> None:
        """Note a parameter whose memory is reserved, but not yet filled."""
        if parameter is None or threading.get_ident() != self._thread:
            return
        self._parameters -= parameter.numel()
        self._tensors -= 1
        if self._parameters < 0 or self._tensors < 0:
            raise BrokenModelError("the weight file has a preset far larger than its weights")
