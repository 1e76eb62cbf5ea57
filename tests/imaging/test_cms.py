from typing import TYPE_CHECKING

from PIL import Image

from llcodec.imaging import cms

if TYPE_CHECKING:
    from tests.imaging.conftest import Made


def test_to_lab_and_back() -> None:
    there = cms.transform(None, None, ("RGB", "LAB"))
    back = cms.transform(None, None, ("LAB", "RGB"))
    assert there is not None
    assert back is not None
    image = Image.new("RGB", (2, 1), (20, 30, 40))
    again = cms.apply(cms.apply(image, there), back).getpixel((0, 0))
    assert isinstance(again, tuple)
    assert max(abs(a - b) for a, b in zip(again, (20, 30, 40), strict=True)) <= 2


def test_unusable_profiles_give_none(made: "type[Made]") -> None:
    assert cms.transform(b"broken", None, ("RGB", "RGB")) is None
    assert cms.transform(made.profile(made.P3), None, ("CMYK", "RGB")) is None
    assert cms.transform(made.table_profile(), None, ("RGB", "RGB")) is not None
