"""The engines that tests run with; PyTorch is an extra."""

from typing import Any

import pytest

ENGINES: list[Any] = ["onnx", pytest.param("torch", marks=pytest.mark.extra("torch"))]
