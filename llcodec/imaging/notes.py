"""Texts in image files: text chunks of PNG, comments of JPEG and GIF."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo, iTXt

from llcodec._metadata import Note

MAX_NOTES: Final = 1024
"""Notes that are read from one file."""

COMMENT: Final = "Comment"
"""The keyword of the comment of a JPEG or GIF, as PNG has it."""

_WITH_COMMENT: Final = frozenset({"JPEG", "MPO", "GIF"})
_XMP: Final = "XML:com.adobe.xmp"
# EXIF, profile and XMP in hexadecimal, as ImageMagick writes them.
_BLOCKS: Final = tuple(f"Raw profile type {name}" for name in ("exif", "APP1", "xmp", "icc", "icm"))
_LONGEST_KEYWORD: Final = 79  # of PNG, in Latin-1


def notes_of(image: Image.Image) -> tuple[Note, ...]:
    """Return the texts of an opened image, those after the pixels too if it is loaded."""
    found = []
    if image.format == "PNG":
        for key, value in image.info.items():
            if isinstance(key, str) and isinstance(value, str) and key not in (_XMP, *_BLOCKS):
                found.append((key, str(value), *_language(value)))
    elif image.format in _WITH_COMMENT and isinstance(
        comment := image.info.get("comment"), bytes | str
    ):
        found.append((COMMENT, _decoded(comment), "", ""))
    notes = []
    for key, text, language, translated in found:
        with suppress(ValueError):  # no text at all: half of a surrogate pair, or a null
            notes.append(Note(key, text, language, translated))
    return tuple(notes)


def png_notes(notes: Iterable[Note]) -> tuple[PngInfo, list[Note]]:
    """Return text chunks for a PNG, and the notes whose keywords cannot stand in one."""
    chunks, left = PngInfo(), []
    for note in notes:
        if not _is_keyword(note.keyword):
            left.append(note)
        elif note.language or note.translated:
            chunks.add_itxt(note.keyword, note.text, note.language, note.translated)
        else:
            chunks.add_text(note.keyword, note.text)  # iTXt where Latin-1 does not suffice
    return chunks, left


def jpeg_comment(notes: Sequence[Note], longest: int) -> tuple[bytes | None, list[Note]]:
    """Return the comment for a JPEG, of at most ``longest`` bytes, and all other notes."""
    left, comment = [], None
    for note in notes:
        data = note.text.encode("utf-8")
        if note.keyword == COMMENT and comment is None and 0 < len(data) <= longest:
            comment = data
        else:
            left.append(note)
    return comment, left


def _language(value: str) -> tuple[str, str]:
    if not isinstance(value, iTXt):
        return "", ""
    language, translated = (
        each.decode("utf-8", "replace") if isinstance(each, bytes) else each or ""
        for each in (value.lang, value.tkey)
    )
    return language, translated


def _decoded(comment: bytes | str) -> str:
    if isinstance(comment, str):
        return comment
    try:
        return comment.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        return comment.rstrip(b"\0").decode("latin-1")


def _is_keyword(keyword: str) -> bool:
    try:
        return 1 <= len(keyword.encode("latin-1")) <= _LONGEST_KEYWORD
    except UnicodeEncodeError:
        return False
