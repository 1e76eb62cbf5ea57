"""Small results as ``llc bench`` and ``measurements.quality`` write them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


@pytest.fixture
def bench_result() -> Callable[..., None]:
    def store(path: Path, spec: str, bpp: Sequence[float], psnr: Sequence[float | None]) -> None:
        """Write the result of a pipeline; MS-SSIM is half of PSNR, other measures have no value."""
        path.parent.mkdir(parents=True, exist_ok=True)
        half = [None if value is None else value / 2 for value in psnr]
        columns = {"bpp": bpp, "psnr-rgb": psnr, "ms-ssim-db-rgb": half}
        none = {name: [None] * len(bpp) for name in ("ssim-rgb", "niqe", "loe")}
        stored = {"description": spec, "meta": {"pictures": 4}, "results": {**columns, **none}}
        path.write_text(json.dumps(stored))

    return store


@pytest.fixture
def quality_result() -> Callable[..., None]:
    def store(path: Path, bpp: Sequence[float], psnr: Sequence[float]) -> None:
        names = ("psnr", "gt_mean_psnr", "local_psnr")
        rows = [{"bpp": b, **dict.fromkeys(names, p)} for b, p in zip(bpp, psnr, strict=True)]
        path.write_text(json.dumps({"pictures": 3, "rows": rows}))

    return store
