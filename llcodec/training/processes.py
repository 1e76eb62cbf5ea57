"""Train with several processes: each computes its shard of every batch (torchrun).

All processes draw the same random numbers and make the same decisions, so that a run with several
processes equals a run with one process and the same global batch, up to the rounding of sums.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from llcodec.engine.torch_device import torch_device
from llcodec.errors import InputError

# The others wait while one process trains the tone network, validates and draws.
_PATIENCE = timedelta(hours=12)


@dataclass(frozen=True)
class Processes:
    """The processes of this training: ``rank`` of this process, ``world_size`` of them."""

    rank: int = 0
    world_size: int = 1

    def shard(self, batch: int) -> slice:
        """Return the shard of this process. Raises InputError if shards would not be equal."""
        if batch % self.world_size:
            raise InputError(f"a batch of {batch} cannot be shared by {self.world_size} processes")
        share = batch // self.world_size
        return slice(self.rank * share, (self.rank + 1) * share)

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean of ``values`` over all processes."""
        if self.world_size == 1:
            return values
        total = values.clone()
        distributed.all_reduce(total)
        return total / self.world_size

    def any(self, condition: bool, device: torch.device) -> bool:
        """Return whether ``condition`` holds on any process."""
        return bool(self.mean(torch.tensor(float(condition), device=device)) > 0)

    def barrier(self) -> None:
        """Wait until all processes have reached this call."""
        if self.world_size > 1:
            distributed.barrier()

    def with_noise(self, x: Tensor) -> Tensor:
        """Return ``x`` plus noise from [−½, ½), drawn for the complete batch that it is part of."""
        whole = torch.rand((self.world_size * len(x), *x.shape[1:]), device=x.device, dtype=x.dtype)
        return x + whole.chunk(self.world_size)[self.rank] - 0.5


@contextmanager
def joined_processes(device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun started; without torchrun there is only this one."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Processes(distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()


def refuse_several_processes() -> None:
    """Raise InputError if torchrun started several processes of a training that supports one."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError("this training runs in one process; only llc train codec shares its work")


def device_of_process(name: str) -> torch.device:
    """Return the device of this process; ``auto`` and ``cuda`` select its own GPU.

    Raises InputError like :func:`llcodec.engine.torch_device.torch_device`.
    """
    device = torch_device(name)
    if device == torch.device("cuda") and "LOCAL_RANK" in os.environ:
        device = torch_device(f"cuda:{os.environ['LOCAL_RANK']}")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    return device
