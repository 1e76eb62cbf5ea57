import sys

import pytest

from llcodec._cards import shipped_codecs, shipped_enhancers
from llcodec.bench.default_pipelines import default_pipelines
from llcodec.bench.pipelines import pipeline_of, split_pipelines


def test_all_of_them_can_be_built() -> None:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    specs = default_pipelines()
    assert split_pipelines(specs) == list(specs)
    orders = [pipeline_of(spec).order for spec in specs]
    assert orders[0] == "joint"
    assert {"ebc", "cbe"} < set(orders)
    assert orders.count("ebc") == orders.count("cbe")


def test_what_ships_is_in_and_nothing_else() -> None:
    told = " ".join(default_pipelines())
    for name in ("nerco", "snr-aware"):
        assert (f":{name}+" in told) == (name in shipped_enhancers())
    assert ("+base" in told) == ("base" in shipped_codecs())


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("skimage", reason="scikit-image is an extra")
    assert any("lime" in spec for spec in default_pipelines())
    monkeypatch.setitem(sys.modules, "skimage", None)
    assert not any("lime" in spec for spec in default_pipelines())
