import dataclasses

import pytest

from llcodec.data.registry import REGISTRY


@pytest.mark.parametrize(
    ("name", "unit"), [("lol", "pairs"), ("kodak", "photographs"), ("lime", "pictures")]
)
def test_what_samples_are_called(name: str, unit: str) -> None:
    assert REGISTRY[name].unit == unit


def test_entries_are_not_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        REGISTRY["lol"].name = "other"  # type: ignore[misc]
