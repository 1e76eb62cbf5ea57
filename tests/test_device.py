import pytest

from llcodec._device import parse_device
from llcodec.errors import InputError


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "mps", "cuda:1"])
def test_names_are_what_they_say(name: str) -> None:
    assert str(parse_device(name)) == name


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "cpu:1", "cuda:", "cuda:x", "cuda:-1", "meta"])
def test_other_names_are_unknown(name: str) -> None:
    with pytest.raises(InputError, match=f"unknown device '{name}'"):
        parse_device(name)
