import json
from pathlib import Path

import numpy as np
import pytest

from llcodec.errors import InputError
from measurements.peers.cost import cost, cost_here, dark_picture, main


def test_the_picture_is_dark_and_always_the_same() -> None:
    assert dark_picture(40, 30).shape == (30, 40, 3)
    assert 20 < dark_picture(40, 30).mean() < 40
    assert np.array_equal(dark_picture(40, 30), dark_picture(40, 30))


def test_a_process_is_measured_and_a_slower_method_takes_more_seconds(tmp_path: Path) -> None:
    pytest.importorskip("scipy", reason="LIME needs the extra bench")
    out = tmp_path / "cost.json"
    main(["none", "lime", "--size", "96x64", "--out", str(out)])
    result = json.loads(out.read_text())
    assert result["command"].endswith(" none lime --size 96x64")
    assert result["machine"]["threads"] == 1
    none, slow = (result["enhancers"][name] for name in ("none", "lime"))
    assert none["cpu_seconds"] < slow["cpu_seconds"]
    assert 20 < none["peak_mb"] <= slow["peak_mb"] + 20


def test_the_result_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["none", "--size", "96x64", "--here"])
    assert json.loads(capsys.readouterr().out)["peak_mb"] > 20
    assert cost_here("none", 96, 64)["cpu_seconds"] >= 0


def test_what_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"onnx:none\.onnx: .*none\.onnx"):
        cost("onnx:none.onnx", 96, 64)
