"""The first page leads to the viewer and its examples."""

import re
from pathlib import Path

import pytest

from website.build import write_pages
from website.viewer import Viewer


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    library, examples = tmp_path / "library", tmp_path / "examples"
    library.mkdir()
    examples.mkdir()
    (library / "viewer.js").write_text("// the viewer")
    (examples / "blue_hour.llc").write_bytes(b"a file")
    return Viewer(library, examples)


def test_the_first_page_has_it_with_all_it_needs(viewer: Viewer, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    write_pages(pages, viewer)
    text = (pages / "index.md").read_text("utf-8")
    assert text.startswith("# Documentation\n\n")
    assert text.index("<llcodec-viewer") < text.index("install.md")
    assert '<a href="viewer/blue_hour.llc">Blue hour</a>' in text
    for link in re.findall(r'(?:href|src)="(viewer/[^"]+)"', text):
        assert (pages / link).is_file()


def test_without_it_pages_are_as_they_are(tmp_path: Path) -> None:
    write_pages(tmp_path / "pages")
    assert "llcodec-viewer" not in (tmp_path / "pages" / "index.md").read_text("utf-8")


def test_a_folder_without_examples_is_an_error(viewer: Viewer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=re.escape("no .llc files")):
        Viewer(viewer.library, tmp_path).on("# A\n\nb")
