from PIL import Image

from llcodec.imaging import cms


def test_to_lab_and_back():
    there = cms.transform(None, None, ("RGB", "LAB"))
    back = cms.transform(None, None, ("LAB", "RGB"))
    image = Image.new("RGB", (2, 1), (20, 30, 40))
    again = cms.apply(cms.apply(image, there), back).getpixel((0, 0))
    assert max(abs(a - b) for a, b in zip(again, (20, 30, 40), strict=True)) <= 2


def test_unusable_profiles_give_none(made):
    assert cms.transform(b"broken", None, ("RGB", "RGB")) is None
    assert cms.transform(made.profile(made.P3), None, ("CMYK", "RGB")) is None
    assert cms.transform(made.table_profile(), None, ("RGB", "RGB")) is not None
