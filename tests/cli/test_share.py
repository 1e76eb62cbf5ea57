"""``llc share``: pages beside their files, complete or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llcodec.sharing.library import PUBLIC

Llc = Callable[..., Any]
LINKED = ("--library", "../viewer/")
SHIPPED = Path(__file__).parents[1] / "golden" / "shipped"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "night.llc"
    path.write_bytes((SHIPPED / "fast.llc").read_bytes())
    return path


def test_a_page_goes_beside_its_file(llc: Llc, file: Path) -> None:
    result = llc("share", file, *LINKED)
    assert (result.code, result.out) == (0, b"")
    page = file.with_suffix(".html")
    assert f"night.html: {page.stat().st_size:,} bytes" in result.err
    assert b"<title>night</title>" in page.read_bytes()


def test_pages_are_not_overwritten(llc: Llc, file: Path) -> None:
    out = file.with_name("page.html")
    assert llc("share", file, *LINKED, "-o", out).code == 0
    before = out.read_bytes()
    assert llc("share", file, *LINKED, "-o", out).problems
    assert llc("share", file, *LINKED, "-o", out, "--force").code == 0
    assert out.read_bytes() == before


def test_standard_streams_and_json(llc: Llc, file: Path) -> None:
    result = llc("share", "-", *LINKED, stdin=file.read_bytes())
    assert result.code == 0
    assert result.out.startswith(b"<!doctype html>")
    record = json.loads(llc("share", file, *LINKED, "--json").out)
    assert record["standalone"] is False
    assert record["bytes"] == file.with_suffix(".html").stat().st_size


def test_a_batch_goes_on_after_a_broken_file(llc: Llc, file: Path) -> None:
    broken = file.with_name("broken.llc")
    broken.write_bytes(file.read_bytes()[:-5])
    result = llc("share", file.parent, *LINKED, "-o", file.parent / "pages/")
    assert result.code == 1
    assert "broken.llc: the file ends within the DONE chunk" in result.problems[0]
    assert [path.name for path in (file.parent / "pages").iterdir()] == ["night.html"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--library", ""], "the viewer is not published yet"),
        (["--standalone", "--library", ""], "--standalone needs --library FOLDER"),
        (["--standalone"], "--standalone needs --library FOLDER"),
        (["--standalone", "--library", "https://x.org/y"], "--standalone needs --library FOLDER"),
        ([*LINKED, "--model", "fast"], "--model, --detail and --look need --standalone"),
        ([*LINKED, "--detail", "0.5"], "--model, --detail and --look need --standalone"),
        (["--standalone", "--library", "nowhere", "--look", "a"], "give --detail with --look"),
        (["--standalone", "--library", "nowhere"], "nowhere is not the folder of the viewer"),
    ],
)
def test_options_that_cannot_be(llc: Llc, file: Path, options: list[str], message: str) -> None:
    result = llc("share", file, *options)
    assert result.code != 0
    assert message in result.err.replace("\n", " ")
    assert not file.with_suffix(".html").exists()


@pytest.mark.parametrize("published", [False, True])
def test_the_viewer_must_be_published(
    llc: Llc, file: Path, monkeypatch: pytest.MonkeyPatch, published: bool
) -> None:
    monkeypatch.setattr("llcodec.sharing.library.PUBLISHED", published)
    result = llc("share", file)
    assert (result.code == 0) == published
    assert ("the viewer is not published yet" in result.err) != published
    if published:
        assert PUBLIC.encode() in file.with_suffix(".html").read_bytes()


def test_an_image_is_named_as_one(llc: Llc, file: Path) -> None:
    picture = file.with_suffix(".png")
    Image.new("RGB", (8, 8)).save(picture)
    result = llc("share", picture, *LINKED)
    assert result.code == 1
    assert "is an image, and not an .llc file" in result.err
