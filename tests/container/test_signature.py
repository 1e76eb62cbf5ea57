from typing import TYPE_CHECKING

import pytest

from llcodec.container import FORMAT_VERSION, SIGNATURE, read_version
from llcodec.container.signature import write_preamble
from llcodec.errors import NotAnLlcFileError, TruncatedError, UnsupportedError

if TYPE_CHECKING:
    from tests.container.conftest import Refuses


def test_the_preamble_is_fixed() -> None:
    assert write_preamble() == b"\x89LLC\r\n\x1a\n\x01\x00"
    assert read_version(write_preamble()) == (1, 0)
    assert read_version(write_preamble(FORMAT_VERSION[1])) == FORMAT_VERSION == (1, 1)


def test_a_higher_minor_version_is_read() -> None:
    assert read_version(SIGNATURE + b"\x01\xff and more") == (1, 255)


@pytest.mark.parametrize("major", [0, 2, 255])
def test_another_major_version_is_refused(major: int, refuses: "Refuses") -> None:
    with refuses(UnsupportedError, f"version {major}.7"):
        read_version(SIGNATURE + bytes([major, 7]))


def test_an_empty_file_has_its_own_message(refuses: "Refuses") -> None:
    with refuses(TruncatedError, "empty"):
        read_version(b"")


@pytest.mark.parametrize("length", range(1, 10))
def test_a_cut_preamble_is_truncated(length: int, refuses: "Refuses") -> None:
    with refuses(TruncatedError, "first ten bytes"):
        read_version(write_preamble()[:length])


@pytest.mark.parametrize(
    "altered",
    [
        write_preamble().replace(b"\r\n", b"\n"),
        write_preamble().replace(b"\r\n", b"\r"),
        write_preamble().replace(b"\n", b"\r\n"),
        write_preamble().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        write_preamble().decode("latin-1").encode(),
        write_preamble().decode("utf-8", errors="replace").encode(),
        bytes(byte & 127 for byte in write_preamble()),
    ],
)
def test_a_transfer_as_text_is_recognised(altered: bytes, refuses: "Refuses") -> None:
    with refuses(NotAnLlcFileError, "binary mode"):
        read_version(altered)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"L", b"\x89LLX", b"\xff\xd8\xff" * 9])
def test_other_files_are_not_llc_files(data: bytes, refuses: "Refuses") -> None:
    with refuses(NotAnLlcFileError, "not an .llc file"):
        read_version(data)
