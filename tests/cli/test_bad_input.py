"""Bad input: one clear line, an exit code, and nothing written."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llcodec import container
from llcodec.codec.models import DEFAULT_MODEL

Llc = Callable[..., Any]
Make = Callable[..., Path]
List = Callable[[Path], list[str]]


Refused = Callable[..., str]
COMMANDS = ["encode", "decode", "verify", "info"]


@pytest.mark.parametrize("command", COMMANDS)
def test_missing_file(refused: Refused, command: str, tmp_path: Path) -> None:
    assert "no such file" in refused(command, tmp_path / "missing")


@pytest.mark.parametrize("command", COMMANDS)
def test_folder_with_nothing_in_it(refused: Refused, command: str, tmp_path: Path) -> None:
    (tmp_path / "note.txt").touch()
    assert "in this folder" in refused(command, tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("content", [b"", b"Just a line of text.\n", bytes(100)])
def test_files_of_another_kind(
    refused: Refused, command: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert f"llc: {tmp_path}/a: " in refused(command, tmp_path / "a")
    assert "llc: standard input: " in refused(command, "-", stdin=content)


def test_images_and_llc_files_in_each_others_place(
    refused: Refused, picture: Make, sample: bytes, tmp_path: Path
) -> None:
    image, file = picture(tmp_path / "a.png"), tmp_path / "a.llc"
    file.write_bytes(sample)
    for command in ("decode", "verify", "info"):
        line = refused(command, image)
        assert f"{image}: is an image, and not an .llc file: llc enhance makes it bright" in line
        assert "llc encode makes an .llc file of it" in line
        assert "is an image" in refused(command, "-", stdin=image.read_bytes())
    for command in ("encode", "enhance"):
        line = refused(command, file, "-o", tmp_path / "b.png")
        assert line == f"llc: {file}: is an .llc file already: llc decode makes an image of it"
        assert "is an .llc file already" in refused(command, "-", stdin=sample)


def test_a_model_that_is_no_weight_file(refused: Refused, picture: Make, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("my model is in the other folder")
    for command in ("encode", "enhance"):
        line = refused(command, picture(tmp_path / "a.png"), "--model", note)
        assert line == f"llc: {note}: not a weight file"


@pytest.mark.parametrize("command", ["decode", "verify", "info"])
@pytest.mark.parametrize("length", [1, 9, 40, 100, -13, -1])
def test_truncated_file(
    refused: Refused, command: str, length: int, sample: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.llc").write_bytes(sample[:length])
    refused(command, tmp_path / "a.llc")


@pytest.mark.parametrize("command", ["decode", "verify"])
@pytest.mark.parametrize("place", [0, 8, 20, 80, 120, -1])
def test_flipped_bit(
    refused: Refused, command: str, place: int, sample: bytes, tmp_path: Path
) -> None:
    damaged = bytearray(sample)
    damaged[place] ^= 4
    (tmp_path / "a.llc").write_bytes(damaged)
    refused(command, tmp_path / "a.llc")


def other(sample: bytes, **changes: Any) -> bytes:
    file = container.unpack(sample)
    return container.pack(replace(file, header=replace(file.header, **changes)))


@pytest.mark.parametrize("command", ["decode", "verify"])
def test_wrong_model(refused: Refused, command: str, sample: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.llc").write_bytes(other(sample, model_hash=bytes(8)))
    line = refused(command, tmp_path / "a.llc")
    assert f"needs the model {DEFAULT_MODEL} 0000000000000000" in line
    (tmp_path / "a.llc").write_bytes(other(sample, model_name="x.safetensors"))
    assert "does not ship with llcodec" in refused(command, tmp_path / "a.llc")
    line = refused(command, tmp_path / "a.llc", "--model", tmp_path / "x.safetensors")
    assert "no such weight file" in line


def test_unknown_model(refused: Refused, picture: Make, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    assert refused("encode", source, "--model", "nope").startswith("llc: no model 'nope'")
    (tmp_path / "x.safetensors").write_bytes(b"no weights")
    assert "not a weight file" in refused("encode", source, "--model", tmp_path / "x.safetensors")


def test_too_many_pixels(refused: Refused, picture: Make, sample: bytes, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png", 24, 16)
    assert "limit" in refused("encode", source, "--max-pixels", 383)
    (tmp_path / "b.llc").write_bytes(sample)
    for command in ("decode", "verify"):
        assert "limit" in refused(command, tmp_path / "b.llc", "--max-pixels", 255)


def test_unwritable_target(refused: Refused, picture: Make, sample: bytes, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    (tmp_path / "b.llc").write_bytes(sample)
    assert "cannot write" in refused("encode", source, "-o", source / "x.llc")
    assert "cannot write" in refused("encode", source, "-o", tmp_path / "none" / "x.llc")
    assert "is not a folder" in refused("encode", source, "-o", f"{source}/")
    assert "cannot write" in refused("decode", tmp_path / "b.llc", "-o", source / "x.png")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk(refused: Refused, picture: Make, sample: bytes, tmp_path: Path) -> None:
    source = picture(tmp_path / "a.png")
    (tmp_path / "b.llc").write_bytes(sample)
    with files_of_at_most(100):
        assert "File too large" in refused("encode", source)
        assert "File too large" in refused("decode", tmp_path / "b.llc")
    assert "No space left on device" in refused("encode", source, "-o", "/dev/full")


def test_no_memory(
    refused: Refused, picture: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llcodec.codec.codec import Codec

    def encode(*_arguments: object, **_options: object) -> bytes:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to …")

    monkeypatch.setattr(Codec, "encode", encode)
    assert "not enough memory" in refused("encode", picture(tmp_path / "a.png"))


def test_more_metadata_than_a_file_takes(refused: Refused, llc: Llc, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * (1 << 24)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", exif=exif)
    assert "does not fit into an .llc file" in refused("encode", tmp_path / "a.png")
    assert llc("encode", tmp_path / "a.png", "--strip").code == 0


def test_names_that_are_not_utf8(refused: Refused, tmp_path: Path) -> None:
    assert "\\udcff" in refused("encode", os.fsdecode(bytes(tmp_path) + b"/\xff.png"))
