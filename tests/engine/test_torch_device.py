import pytest
import torch

from llcodec.engine.torch_device import torch_device
from llcodec.errors import InputError


def test_devices_have_names() -> None:
    assert torch_device("cpu") == torch.device("cpu")
    assert torch_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "cpu:1", "cuda:", "cuda:x", "cuda:-1", "meta"])
def test_other_names_are_unknown(name: str) -> None:
    with pytest.raises(InputError, match=f"unknown device '{name}'|not available"):
        torch_device(name)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:99"])
def test_a_device_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=f"the device '{name}' is not available"):
        torch_device(name)


def test_one_gpu_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert torch_device("auto") == torch.device("cuda")
    assert torch_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(InputError, match="not available"):
        torch_device("cuda:2")
