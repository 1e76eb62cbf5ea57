import importlib
import sys
from importlib.util import find_spec

import pytest

from llcodec._torchvision import import_torchvision


@pytest.mark.skipif(find_spec("torchvision") is None, reason="torchvision comes with extras")
def test_torchvision_can_be_imported_from_then_on() -> None:
    import_torchvision()
    import_torchvision()  # changes nothing
    assert importlib.import_module("torchvision.models").alexnet


def test_without_torchvision_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ImportError):
        import_torchvision()
