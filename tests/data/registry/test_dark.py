from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.data.registry.dark import DICM, LIME
from llcodec.data.registry.entry import DataSet

Touch = Callable[..., None]


@pytest.mark.parametrize(
    ("dataset", "name"),
    [(LIME, "1.bmp"), (LIME, "LIME/1.bmp"), (DICM, "01.jpg"), (DICM, "DICM/01.jpg")],
)
def test_dark_pictures_have_no_reference(
    tmp_path: Path, touch: Touch, dataset: DataSet, name: str
) -> None:
    touch(name)
    [sample] = dataset.scan(tmp_path).samples
    assert (sample.low, sample.high, sample.split) == (tmp_path / name, None, "test")


@pytest.mark.parametrize("dataset", [LIME, DICM])
def test_they_are_never_trained_on(dataset: DataSet) -> None:
    assert [split.name for split in dataset.splits] == ["test"]
