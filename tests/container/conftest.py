"""Helpers come as fixtures: with importlib as import mode, tests cannot import one another."""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from llcodec import container

PREAMBLE = 10

MakeHeader = Callable[..., container.Header]
MakeContainer = Callable[..., container.Container]
Chunk = Callable[..., bytes]
Refuses = Callable[..., AbstractContextManager[None]]


def _make_header(**changes: object) -> container.Header:
    values: dict[str, object] = {
        "width": 150,
        "height": 100,
        "quality_units": 1024,
        "model_name": "fast",
        "model_hash": bytes(range(8)),
        "tile_size": 64,
        "tone": tuple(range(-7, 8)),
    }
    return container.Header(**{**values, **changes})  # type: ignore[arg-type]


def _make_container(**changes: object) -> container.Container:
    values: dict[str, object] = {
        "header": _make_header(has_alpha=True),
        "tiles": tuple(container.Tile(1000 + i, bytes([65 + i]) * 5 * i) for i in range(6)),
        "metadata": container.Metadata(exif=b"II*\0exif", icc=b"profile" * 9, xmp=b"<x/>" * 9),
        "alpha": b"alpha plane",
        "unknown": (container.RawChunk("teXt", b"hello"),),
    }
    return container.Container(**{**values, **changes})  # type: ignore[arg-type]


def _make_newer(**changes: object) -> container.Container:
    """A file with the chunks of version 1.1, and few others."""
    metadata = container.Metadata(
        resolution=container.Resolution(11811, 2835),
        notes=(
            container.Note("Author", "Ada"),
            container.Note("Titel", "Dämmerung", "de", "Überschrift"),
        ),
    )
    areas = (
        container.FlatArea(0, (0, 0, 0), 150, (150, 150, 3, 1)),
        container.FlatArea(3, (1, 2, 255), 150, (20,) * 100),
    )
    values = {"header": _make_header(), "metadata": metadata, "flat": areas}
    return _make_container(**{"alpha": None, "unknown": (), **values, **changes})


def _chunk(kind: bytes, payload: bytes = b"") -> bytes:
    # Written here a second time, so that the library is not checked against itself.
    crc = zlib.crc32(kind + payload)
    return kind + len(payload).to_bytes(4, "little") + payload + crc.to_bytes(4, "little")


def _split(data: bytes) -> list[bytes]:
    pieces, start = [data[:PREAMBLE]], PREAMBLE
    while start < len(data):
        end = start + 12 + int.from_bytes(data[start + 4 : start + 8], "little")
        pieces.append(data[start:end])
        start = end
    return pieces


@contextmanager
def _refuses(kind: type[Exception], words: str | None = None) -> Iterator[None]:
    with pytest.raises(kind, match=words and re.escape(words)) as caught:
        yield
    assert caught.type is kind
    assert str(caught.value).isprintable(), "a message is one line"


@pytest.fixture(scope="session")
def make_header() -> MakeHeader:
    """A valid header, with changes by keyword."""
    return _make_header


@pytest.fixture(scope="session")
def make_container() -> MakeContainer:
    """Six tiles and every kind of chunk, with changes by keyword."""
    return _make_container


@pytest.fixture(scope="session")
def make_newer() -> MakeContainer:
    """Six tiles and the chunks of version 1.1, with changes by keyword."""
    return _make_newer


@pytest.fixture(scope="session")
def chunk() -> Chunk:
    """The bytes of a chunk of this type and payload."""
    return _chunk


@pytest.fixture(scope="session")
def split() -> Callable[[bytes], list[bytes]]:
    """The preamble, then one piece a chunk."""
    return _split


@pytest.fixture(scope="session")
def refuses() -> Refuses:
    """Expect exactly this class of error, these words, and one line."""
    return _refuses


@pytest.fixture(scope="session")
def pieces() -> list[bytes]:
    """A file with every kind of chunk: preamble, HEAD, iCCP, eXIF, xMPd, teXt, ALPH, TILE..."""
    return _split(container.pack(_make_container()))


@pytest.fixture(scope="session")
def small() -> bytes:
    """A file with every kind of chunk and two tiles, short enough to try every byte."""
    header = _make_header(width=100, height=64, has_alpha=True)
    tiles = (container.Tile(1, b"first stream"), container.Tile(2, b""))
    return container.pack(_make_container(header=header, tiles=tiles))
