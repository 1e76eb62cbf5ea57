import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from llcodec._metadata import Metadata, Note
from llcodec.imaging import Picture, read_picture, write_picture
from llcodec.imaging.notes import MAX_NOTES

NOTES = (
    Note("Author", "Ada"),
    Note("Description", "Dämmerung – 黄昏"),
    Note("Title", "Blaue Stunde", "de", "Titel"),
    Note("Title2", ""),
)


def saved(form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 8)).save(out, form, **options)
    return out.getvalue()


def noted(notes: tuple[Note, ...], kind: type[np.uint8 | np.uint16] = np.uint8) -> Picture:
    return Picture(np.zeros((8, 16, 3), kind), metadata=Metadata(notes=notes))


def test_text_chunks_of_every_kind_are_read() -> None:
    info = PngInfo()
    info.add_text("Author", "Ada")
    info.add_text("Comment", "x" * 3000, zip=True)
    info.add_itxt("Title", "Blaue Stunde", "de", "Titel")
    info.add_itxt("XML:com.adobe.xmp", "<x/>")
    info.add(b"tEXt", b"Software\0after the pixels", after_idat=True)
    metadata = read_picture(saved("PNG", pnginfo=info)).metadata
    assert metadata.notes == (
        Note("Author", "Ada"),
        Note("Comment", "x" * 3000),
        Note("Title", "Blaue Stunde", "de", "Titel"),
        Note("Software", "after the pixels"),
    )
    assert metadata.xmp == b"<x/>"


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_they_survive_in_a_png(kind: type[np.uint8 | np.uint16]) -> None:
    out = io.BytesIO()
    assert write_picture(noted(NOTES, kind), out, format="PNG") == ()
    assert read_picture(out.getvalue()).metadata.notes == NOTES


@pytest.mark.parametrize("form", ["JPEG", "GIF"])
def test_a_comment_is_a_note(form: str) -> None:
    data = saved(form, comment="Dämmerung".encode())
    assert read_picture(data).metadata.notes == (Note("Comment", "Dämmerung"),)
    latin = saved(form, comment=b"D\xe4mmerung")
    assert read_picture(latin).metadata.notes == (Note("Comment", "Dämmerung"),)


def test_a_jpeg_holds_a_comment_and_no_other_note() -> None:
    out = io.BytesIO()
    comment = Note("Comment", "Dämmerung")
    lines = write_picture(noted((*NOTES, comment)), out, format="JPEG")
    assert lines == ("left out, since JPEG cannot hold it: 4 texts",)
    assert read_picture(out.getvalue()).metadata.notes == (comment,)
    long = noted((Note("Comment", "x" * 70_000),))
    assert write_picture(long, io.BytesIO(), format="JPEG") == (
        "left out, since JPEG cannot hold it: 1 text",
    )


@pytest.mark.parametrize("keyword", ["x" * 80, "黄昏"])
def test_keywords_that_png_does_not_have(keyword: str) -> None:
    lines = write_picture(noted((Note(keyword, "a"), NOTES[0])), io.BytesIO(), format="PNG")
    assert lines == ("left out, since PNG cannot hold it: 1 text",)


def test_the_number_of_notes_is_limited() -> None:
    info = PngInfo()
    for number in range(MAX_NOTES + 3):
        info.add_text(f"key {number}", "text")
    picture = read_picture(saved("PNG", pnginfo=info))
    assert len(picture.metadata.notes) == MAX_NOTES
    assert picture.left_out == ("3 of its 1,027 texts are left out",)
