"""What README.md and docs/cli.md say of the command line is true."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llcodec.cli._exit_codes import MEANINGS

ROOT = Path(__file__).parents[2]


def commands(document: Path) -> list[list[str]]:
    """Return the ``llc`` commands of a document that need neither data nor training."""
    lines = re.findall(r"^\$ (llc .*)$", document.read_text(), re.MULTILINE)
    words = [shlex.split(line, comments=True)[1:] for line in lines]
    needy = {"train", "bench", "data", "mine.safetensors"}
    return [each for each in words if not needy & set(each)]


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/cli.md"])
def test_the_commands_run_in_their_order(
    document: str,
    llc: Callable[..., Any],
    picture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("dark.png", "dark.jpg", "night/a.jpg", "night/sub/b.png"):
        picture(Path(name), 64, 48)
    source = picture(Path("big.png"), 1104, 800)
    assert llc("encode", source, "-q", 1).code == 0
    source.unlink()
    two_tiles = picture(Path("two.png"), 128, 64)
    assert llc("encode", two_tiles, "damaged.llc", "--tile", 64).code == 0
    for words in commands(ROOT / document):
        if "damaged.llc" in words:
            data = bytearray(Path("damaged.llc").read_bytes())
            data[data.index(b"TILE") + 30] ^= 1
            Path("damaged.llc").write_bytes(data)
        result = llc(*words)
        assert result.code == (3 if "damaged.llc" in words else 0), (words, result.err)


def test_the_exit_codes_are_documented() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (.*) \|$", (ROOT / "docs" / "cli.md").read_text(), re.MULTILINE
    )
    assert {int(code): meaning for code, meaning in rows} == MEANINGS


@pytest.mark.parametrize("name", ["encode", "decode", "enhance", "info", "verify", "batch", "help"])
def test_every_command_is_documented(name: str) -> None:
    assert f"`llc {name}`" in (ROOT / "docs" / "cli.md").read_text()
