from pathlib import Path

import pytest

from llcodec._output_names import enhanced_name, with_suffix

IMAGES = frozenset({".png", ".jpg", ".jfif", ".jpe", ".gif", ".tif"})


@pytest.mark.parametrize(
    ("path", "keep_suffix", "name"),
    [
        ("in/a.PNG", False, "a.llc"),
        ("a.png", True, "a.png.llc"),
        ("a.b", False, "a.b.llc"),
        ("a", False, "a.llc"),
    ],
)
def test_a_suffix_of_images_is_replaced(path: str, keep_suffix: bool, name: str) -> None:
    assert with_suffix(".llc", IMAGES, keep_suffix=keep_suffix)(Path(path), False) == name


@pytest.mark.parametrize(
    ("path", "suffix", "name"),
    [
        ("a.jpg", None, "a-enhanced.jpg"),
        ("a.jfif", None, "a-enhanced.jfif"),
        ("a.jpe", None, "a-enhanced.jpe"),
        ("in/a.PNG", None, "a-enhanced.PNG"),
        ("a.gif", None, "a-enhanced.png"),
        ("a", None, "a-enhanced.png"),
        ("a.b", None, "a.b-enhanced.png"),
        ("a.jpg", ".webp", "a-enhanced.webp"),
        ("a.b", ".jpg", "a.b-enhanced.jpg"),
    ],
)
def test_beside_its_input_an_output_is_marked(path: str, suffix: str | None, name: str) -> None:
    rule = enhanced_name(suffix, IMAGES, keep_suffix=False)
    assert rule(Path(path), True) == name
    assert rule(Path(path), False) == name.replace("-enhanced", "")


@pytest.mark.parametrize(
    ("path", "suffix", "name"),
    [("a.jpg", None, "a.jpg"), ("a.gif", None, "a.gif.png"), ("a.jpg", ".tif", "a.jpg.tif")],
)
def test_a_suffix_is_kept_if_it_would_be_lost(path: str, suffix: str | None, name: str) -> None:
    assert enhanced_name(suffix, IMAGES, keep_suffix=True)(Path(path), False) == name
