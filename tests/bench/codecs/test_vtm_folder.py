import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec.bench.codecs.vtm_folder import VARIABLE, find_vtm
from llcodec.errors import InputError

BuildVtm = Callable[..., Path]


@pytest.mark.parametrize(
    ("programs", "name"),
    [
        ("bin", "{}AppStatic"),
        ("bin", "{}App"),
        (".", "{}AppStatic"),
        ("bin/umake/gcc-12.2/x86_64/release", "{}App"),
    ],
)
def test_programs_are_found_where_builds_put_them(
    build_vtm: BuildVtm, tmp_path: Path, programs: str, name: str
) -> None:
    vtm = find_vtm(build_vtm(tmp_path, programs, name))
    assert vtm.encoder == tmp_path / programs / name.format("Encoder")
    assert vtm.decoder == tmp_path / programs / name.format("Decoder")
    assert vtm.configuration == tmp_path / "cfg" / "encoder_intra_vtm.cfg"


def test_the_folder_of_the_programs_will_do(vtm_folder: Path) -> None:
    assert find_vtm(vtm_folder / "bin").configuration.is_file()


def test_the_environment_names_the_folder_unless_something_else_does(
    build_vtm: BuildVtm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = build_vtm(tmp_path / "one"), build_vtm(tmp_path / "other")
    monkeypatch.setenv(VARIABLE, str(one))
    assert find_vtm().encoder.is_relative_to(one)
    assert find_vtm(other).encoder.is_relative_to(other)


def test_no_folder_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in (None, ""):
        if value is None:
            monkeypatch.delenv(VARIABLE, raising=False)
        else:
            monkeypatch.setenv(VARIABLE, value)
        with pytest.raises(InputError, match="--vtm or LLC_VTM_DIR"):
            find_vtm()


@pytest.mark.parametrize(
    ("gone", "what"),
    [
        ("bin/EncoderAppStatic", "EncoderApp"),
        ("bin/DecoderAppStatic", "DecoderApp"),
        ("cfg/encoder_intra_vtm.cfg", "encoder_intra_vtm.cfg"),
    ],
)
def test_what_is_missing_is_named(vtm_folder: Path, gone: str, what: str) -> None:
    (vtm_folder / gone).unlink()
    with pytest.raises(InputError, match=f"holds no {what}: "):
        find_vtm(vtm_folder)


def test_version_and_hashes(vtm_folder: Path) -> None:
    vtm = find_vtm(vtm_folder)
    assert vtm.version() == "99.1"
    assert set(vtm.hashes()) == {"encoder", "decoder", "configuration"}
    assert vtm.hashes()["encoder"] == hashlib.sha256(vtm.encoder.read_bytes()).hexdigest()


def test_programs_that_say_no_version(vtm_folder: Path) -> None:
    vtm = find_vtm(vtm_folder)
    vtm.encoder.write_text("#!/bin/sh\necho hello\n")
    assert vtm.version() == "unknown"
