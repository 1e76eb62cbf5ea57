import sys

import pytest

from llcodec.errors import InputError
from llcodec.metrics.perceptual.library import import_library


@pytest.mark.parametrize("name", ["torchmetrics", "torchvision"])
def test_a_missing_library_is_reported_with_its_extra(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[perceptual\]"'):
        import_library()
