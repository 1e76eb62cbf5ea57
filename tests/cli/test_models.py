"""``llc models`` on the shipped model and on damaged copies of it."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llcodec._families import CODEC
from llcodec._shipped import shipped_file
from llcodec.codec.models import DEFAULT_MODEL
from tests.conftest import Ship

Llc = Callable[..., Any]
FAST = shipped_file("fast")


def sums(folder: Path) -> None:
    """Write the checksums of a folder of weights."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.glob("*.safetensors"))
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.fixture(scope="session")
def look(make_look: Callable[[str], Path]) -> Path:
    """A look of the model on the shelf."""
    return make_look("fast")


@pytest.fixture
def shelf(tmp_path: Path, ship: Ship) -> Path:
    """A folder that passes for the one of shipped models, with a copy of fast in it."""
    folder = tmp_path / "weights"
    folder.mkdir()
    shutil.copy(FAST, folder)
    sums(folder)
    ship(folder)
    return folder


def test_shipped_models_are_listed_with_what_they_say(llc: Llc) -> None:
    result = llc("models", "list", "--json")
    assert (result.code, result.err) == (0, "")
    records = {record["name"]: record for record in map(json.loads, result.out.splitlines())}
    digest = hashlib.sha256(FAST.read_bytes()).hexdigest()
    fast = records["fast"]
    assert (fast["kind"], fast["path"]) == ("codec", str(FAST))
    assert fast["bytes"] == FAST.stat().st_size
    assert (fast["hash"], fast["sha256"]) == (digest[:16], digest)
    assert fast["preset"] == "fast"
    assert fast["parameters"] > 1_000_000
    assert isinstance(fast["steps"], int)
    assert fast["hours"] > 0
    assert fast["date"].startswith("20")


def test_people_get_a_line_a_model(llc: Llc) -> None:
    result = llc("models", "list")
    record = json.loads(llc("models", "list", "--json").out.splitlines()[0])
    line = " ".join(result.out.decode().splitlines()[:2])
    assert (result.code, result.err) == (0, "")
    assert line.split()[:2] == [record["name"], record["kind"]]
    for part in (record["hash"], f"{record['steps']:,} steps", "MB", "parameters", record["date"]):
        assert part in line


def test_files_without_notes_are_listed_too(llc: Llc, shelf: Path) -> None:
    card = json.dumps(
        {
            "format": CODEC.format,
            "name": "bare",
            "preset": {"name": "p"},
            "notes": {"steps": "many"},
        }
    )
    head = json.dumps({"__metadata__": {"llcodec": card}}).encode()
    (shelf / "bare.safetensors").write_bytes(len(head).to_bytes(8, "little") + head)
    result = llc("models", "list")
    assert result.code == 0
    assert result.out.decode().splitlines()[1] == " " * 14 + "preset p"
    record = json.loads(llc("models", "list", "--json").out.splitlines()[0])
    assert [record[key] for key in ("steps", "hours", "date")] == [None] * 3


def add_enhancer(shelf: Path, nerco: Path, name: str = "tiny-nerco") -> Path:
    """Ship an enhancer."""
    folder = shelf / "enhancers"
    folder.mkdir()
    shutil.copy(nerco, folder / f"{name}.safetensors")
    sums(folder)
    return folder / f"{name}.safetensors"


def test_models_of_both_kinds_are_listed_checked_and_found(
    llc: Llc, shelf: Path, nerco: Path
) -> None:
    file = add_enhancer(shelf, nerco)
    lines = llc("models", "list").out.decode().splitlines()
    assert [line.split()[:2] for line in lines[::2]] == [
        ["fast", "codec"],
        ["tiny-nerco", "enhancer"],
    ]
    record = json.loads(llc("models", "list", "--json").out.splitlines()[1])
    assert (record["kind"], record["preset"]) == ("enhancer", "nerco-compact")
    assert record["parameters"] > 1000
    assert llc("models", "path", "tiny-nerco").out.decode() == f"{file}\n"
    result = llc("models", "verify")
    assert (result.code, result.out) == (0, b"fast: OK\ntiny-nerco: OK\n")
    record = json.loads(llc("models", "verify", "tiny-nerco", "--json").out)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (record["kind"], record["hash"]) == ("enhancer", digest[:16])


def add_look(shelf: Path, look: Path) -> Path:
    """Ship a look."""
    folder = shelf / "looks"
    folder.mkdir()
    shutil.copy(look, folder)
    sums(folder)
    return folder / look.name


def test_looks_are_listed_checked_and_used(llc: Llc, shelf: Path, look: Path) -> None:
    file = add_look(shelf, look)
    lines = llc("models", "list").out.decode().splitlines()
    assert lines[2].split()[:2] == ["fast-look", "look"]
    digest = hashlib.sha256(FAST.read_bytes()).hexdigest()
    assert lines[3] == f"{'':14}of fast {digest[:16]}"
    record = json.loads(llc("models", "list", "--json").out.splitlines()[1])
    assert (record["kind"], record["of"], record["of_hash"]) == ("look", "fast", digest[:16])
    assert llc("models", "path", "fast-look").out.decode() == f"{file}\n"
    assert llc("models", "verify").out == b"fast: OK\nfast-look: OK\n"
    record = json.loads(llc("models", "verify", "fast-look", "--json").out)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert (record["model"], record["kind"], record["hash"]) == ("fast-look", "look", digest[:16])


def test_looks_need_checksums_too(llc: Llc, shelf: Path, look: Path) -> None:
    file = add_look(shelf, look)
    file.with_name("SHA256SUMS").unlink()
    assert llc("models", "verify", "fast-look").problems == [
        "llc: fast-look: SHA256SUMS has no checksum of fast-look.safetensors"
    ]


def test_a_look_whose_model_does_not_ship_cannot_be_tried(
    llc: Llc, shelf: Path, look: Path
) -> None:
    (shelf / "fast.safetensors").unlink()
    (line,) = llc("models", "verify", look).problems
    assert "its model fast " in line
    assert "does not ship" in line


def test_a_look_does_not_enhance_or_encode(llc: Llc, shelf: Path, look: Path) -> None:
    for command in ("encode", "enhance"):
        result = llc(command, FAST.parents[1] / "examples" / "fern.jpg", "-o", "-", "--model", look)
        assert result.code == 1
        assert len(result.problems) == 1


def test_enhancers_have_checksums_of_their_own(llc: Llc, shelf: Path, nerco: Path) -> None:
    file = add_enhancer(shelf, nerco)
    file.with_name("SHA256SUMS").write_bytes((shelf / "SHA256SUMS").read_bytes())
    assert llc("models", "verify", "tiny-nerco").problems == [
        "llc: tiny-nerco: SHA256SUMS has no checksum of tiny-nerco.safetensors"
    ]


def test_two_models_of_one_name_are_found(llc: Llc, shelf: Path, nerco: Path) -> None:
    add_enhancer(shelf, nerco, "fast")
    result = llc("models", "verify")
    assert result.code == 1
    assert result.problems == ["llc: fast: two models are called 'fast': a codec and an enhancer"]


def test_listing_continues_after_a_broken_file(llc: Llc, shelf: Path) -> None:
    (shelf / "broken.safetensors").write_bytes(b"nothing")
    result = llc("models", "list")
    assert result.code == 1
    assert result.out.startswith(b"fast ")
    assert result.problems[0].startswith("llc: broken: ")
    assert len(result.problems) == 2


def test_listing_needs_no_torch(environment: dict[str, str]) -> None:
    command = "import sys; from llcodec.cli._main import run; code = run(['models', 'list'])"
    check = f"{command}; sys.exit(code or 'torch' in sys.modules or 'numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], env=environment, check=True, capture_output=True)


def test_without_a_command_there_is_help(llc: Llc) -> None:
    result = llc("models")
    assert (result.code, result.err) == (0, "")
    assert all(name in result.out for name in (b"list", b"verify", b"path"))


def test_the_path_of_a_model(llc: Llc) -> None:
    result = llc("models", "path", "fast")
    assert (result.code, result.out.decode(), result.err) == (0, f"{FAST}\n", "")


def test_an_unknown_name_is_one_line(llc: Llc) -> None:
    result = llc("models", "path", "fastest")
    assert (result.code, result.out) == (1, b"")
    assert result.err.startswith("llc: no model 'fastest' (shipped: ")
    assert result.err.count("\n") == 1


def test_shipped_models_are_sound(llc: Llc) -> None:
    result = llc("models", "verify", "--threads", "1")
    assert result.code == 0, result.err
    assert b"fast: OK\n" in result.out


def test_verifying_continues_after_a_failure(llc: Llc) -> None:
    result = llc("models", "verify", "nope", "fast", "missing.safetensors")
    assert (result.code, result.out) == (1, b"fast: OK\n")
    assert result.problems[0].startswith("llc: nope: no model 'nope' (shipped: ")
    assert result.problems[1] == "llc: missing.safetensors: no such weight file"
    assert result.problems[2] == "llc: 2 of 3 failed"


def test_verify_as_json(llc: Llc) -> None:
    result = llc("models", "verify", "fast", "nope", "--json")
    good, bad = map(json.loads, result.out.splitlines())
    assert (result.code, result.err) == (1, "")
    assert (good["name"], good["path"], good["model"]) == ("fast", str(FAST), "fast")
    assert good["kind"] == "codec"
    assert good["hash"] == hashlib.sha256(FAST.read_bytes()).hexdigest()[:16]
    assert set(bad) == {"path", "error"}


def test_a_flipped_bit_is_found(llc: Llc, shelf: Path) -> None:
    data = bytearray((shelf / "fast.safetensors").read_bytes())
    data[-9] ^= 1
    (shelf / "fast.safetensors").write_bytes(data)
    result = llc("models", "verify", "--quiet")
    assert (result.code, result.out) == (1, b"")
    assert result.problems == [
        "llc: fast: fast.safetensors is not the file that shipped: wrong SHA-256"
    ]


@pytest.mark.parametrize("listed", ["", "0" * 64 + "  other.safetensors\n", None])
def test_a_file_without_a_checksum_is_not_trusted(
    llc: Llc, shelf: Path, listed: str | None
) -> None:
    (shelf / "SHA256SUMS").unlink()
    if listed is not None:
        (shelf / "SHA256SUMS").write_text(listed)
    result = llc("models", "verify")
    assert result.code == 1
    assert result.problems == ["llc: fast: SHA256SUMS has no checksum of fast.safetensors"]


def test_a_model_must_go_by_its_own_name(llc: Llc, shelf: Path) -> None:
    (shelf / "fast.safetensors").rename(shelf / "quick.safetensors")
    sums(shelf)
    result = llc("models", "verify")
    assert result.code == 1
    assert result.problems == ["llc: quick: quick.safetensors calls its model 'fast'"]


def test_weight_files_by_path_need_no_checksum(llc: Llc, shelf: Path) -> None:
    (shelf / "SHA256SUMS").unlink()
    copy = shelf / "copy.safetensors"
    (shelf / "fast.safetensors").rename(copy)
    result = llc("models", "verify", copy)
    assert (result.code, result.out.decode()) == (0, f"{copy}: OK\n")
    copy.write_bytes(copy.read_bytes()[:-100])
    result = llc("models", "verify", copy)
    assert result.code == 1
    assert result.problems == [f"llc: {copy}: damaged weight file (SafetensorError)"]


def test_a_model_that_cannot_code_is_found(llc: Llc, monkeypatch: pytest.MonkeyPatch) -> None:
    from llcodec.codec.codec import Codec
    from llcodec.errors import CorruptError
    from llcodec.imaging import Picture

    def corrupt(*_: object) -> Picture:
        raise CorruptError("wrong symbols")

    monkeypatch.setattr(Codec, "decode", corrupt)
    result = llc("models", "verify", FAST)
    assert result.problems == [f"llc: {FAST}: cannot code a picture: wrong symbols"]
    cut = Picture(np.zeros((8, 8, 3), np.uint8))
    monkeypatch.setattr(Codec, "decode", lambda *_: cut)
    result = llc("models", "verify", FAST)
    assert result.problems == [f"llc: {FAST}: decodes 96x72 pixels to another size"]


@pytest.mark.parametrize("command", [["list"], ["verify"]])
def test_an_installation_without_models_says_so(llc: Llc, shelf: Path, command: list[str]) -> None:
    (shelf / "fast.safetensors").unlink()
    result = llc("models", *command)
    assert (result.code, result.err) == (1, "llc: no models came with this installation\n")


def test_a_model_for_the_web_is_written_once(llc: Llc, tmp_path: Path) -> None:
    out = tmp_path / "fast.web.safetensors"
    assert llc("models", "web", "fast", "-o", out).code == 0
    assert b"llcodec-web-1" in out.read_bytes()[:100_000]
    again = llc("models", "web", "fast", "-o", out)
    assert again.code == 1
    assert "exists already" in again.err
    assert llc("models", "web", "fast", "-o", out, "--force").code == 0


def test_a_model_for_the_web_can_have_the_look_of_the_model(llc: Llc, tmp_path: Path) -> None:
    plain, detailed = tmp_path / "plain.safetensors", tmp_path / "detailed.safetensors"
    assert llc("models", "web", DEFAULT_MODEL, "-o", plain).code == 0
    assert llc("models", "web", DEFAULT_MODEL, "--detail", "1", "-o", detailed).code == 0
    assert plain.stat().st_size == detailed.stat().st_size
    assert plain.read_bytes() != detailed.read_bytes()


def test_an_enhancer_has_no_model_for_the_web(llc: Llc, tmp_path: Path) -> None:
    file = str(shipped_file("nerco"))
    result = llc("models", "web", file, "-o", tmp_path / "x")
    assert result.code == 1
    assert "of the family nerco, not codec" in result.err
    assert not (tmp_path / "x").exists()
