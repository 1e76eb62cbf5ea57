import importlib
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
import torch

from llcodec import _torchvision
from llcodec._torchvision import import_torchvision


@pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision comes with extras")
def test_torchvision_can_be_imported_from_then_on() -> None:
    import_torchvision()
    import_torchvision()  # changes nothing
    assert importlib.import_module("torchvision.models").alexnet


def test_without_torchvision_that_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ImportError):
        import_torchvision()


def test_torchvision_of_another_build_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its import fails until the operators that it describes are declared."""
    imported, declared = [], []

    def once_broken(name: str) -> None:
        imported.append(name)
        if len(imported) == 1:
            raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(_torchvision, "importlib", SimpleNamespace(import_module=once_broken))
    monkeypatch.setattr(torch.library, "define", lambda name, schema: declared.append(name))
    import_torchvision()
    assert imported == ["torchvision", "torchvision"]
    assert declared == ["torchvision::nms", "torchvision::qnms"]
