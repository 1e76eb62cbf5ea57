import dataclasses

import numpy as np
import pytest

from llcodec.imaging import Metadata, Picture


def test_properties() -> None:
    picture = Picture(np.zeros((4, 6, 3), np.uint16))
    assert (picture.width, picture.height, picture.sixteen_bit) == (6, 4, True)
    assert picture.metadata == Metadata()
    assert not Picture(np.zeros((1, 1, 3), np.uint8)).sixteen_bit


def test_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Metadata().exif = b""  # type: ignore[misc]
