"""Build networks no larger than the weight file that is loaded into them.

The sizes in the card of a weight file cannot be trusted: a file of a few kilobytes may declare a
network of a terabyte. The number of its tensors and their sizes are known.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from llcodec.errors import BrokenModelError

# Networks that are stored as integers have more parameters than tensors; networks that a preset
# leaves out may be built and discarded, such as the published SNR-aware branch.
_FACTOR: Final = 2
_EXTRA_PARAMETERS: Final = 1 << 25
_EXTRA_TENSORS: Final = 1000


@contextmanager
def parameter_budget(sizes: Iterable[int]) -> Iterator[None]:
    """Limit the parameters of the networks built in this context to what arrays can fill.

    ``sizes`` are the numbers of their values. PyTorch's random state is restored at the end.

    Raises:
        BrokenModelError: when the networks get larger, before their memory is used.
    """
    sizes = list(sizes)
    budget = _Budget(
        _FACTOR * sum(sizes) + _EXTRA_PARAMETERS, _FACTOR * len(sizes) + _EXTRA_TENSORS
    )
    handle = register_module_parameter_registration_hook(budget.take)
    try:
        with torch.random.fork_rng([]):
            yield
    finally:
        handle.remove()


class _Budget:
    """The parameters that are left. The hook is called for modules of all threads."""

    def __init__(self, parameters: int, tensors: int) -> None:
        self._parameters = parameters
        self._tensors = tensors
        self._thread = threading.get_ident()

    def take(self, _module: nn.Module, _name: str, parameter: nn.Parameter | None) -> None:
        """Count a parameter whose memory is reserved but not filled yet."""
        if parameter is None or threading.get_ident() != self._thread:
            return
        self._parameters -= parameter.numel()
        self._tensors -= 1
        if self._parameters < 0 or self._tensors < 0:
            raise BrokenModelError("the weight file has a preset far larger than its weights")
