"""What docs/python.md says is true."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import llcodec

PAGE = Path(__file__).parents[1] / "docs" / "python.md"


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the page leaves files to the interpreter
def test_the_examples_run_in_their_order(
    picture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    picture(Path("dark.png"), 64, 48)
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        exec(block, names)
    assert names["from_pillow"] == names["from_array"] == names["from_file"]
    assert capsys.readouterr().out.splitlines()[0].startswith("64 48 4.0 ")
    assert {path.name for path in tmp_path.iterdir()} >= {"bright.png", "enhanced.png"}


def test_all_errors_that_are_named_exist() -> None:
    for name in re.findall(r"`(\w+Error)`", PAGE.read_text()):
        assert name == "TypeError" or issubclass(getattr(llcodec, name), llcodec.LlcError)
