"""Settings of the hardware that tests vary, put back afterwards."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture
def hardware_settings() -> Iterator[None]:
    before = torch.get_num_threads(), torch.backends.mkldnn.enabled
    yield
    torch.set_num_threads(before[0])
    torch.backends.mkldnn.set_flags(before[1])  # type: ignore[no-untyped-call]
