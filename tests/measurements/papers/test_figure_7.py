from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.errors import InputError
from measurements.papers.figure_7 import main

RUNS = ("reference", "snr-published", "shift-only", "branch-removed")


@pytest.mark.extra("matplotlib")
def test_the_figure_needs_all_runs(tmp_path: Path, quality_result: Callable[..., None]) -> None:
    for run in RUNS[:3]:
        quality_result(tmp_path / f"{run}.json", [0.1, 0.2], [20, 21])
    out = tmp_path / "figure.svg"
    with pytest.raises(InputError, match=r"branch-removed\.json"):
        main([str(tmp_path), "--out", str(out)])
    quality_result(tmp_path / "branch-removed.json", [0.1, 0.2], [20, 21])
    main([str(tmp_path), "--out", str(out)])
    assert out.stat().st_size > 1000
