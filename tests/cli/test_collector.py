import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from llcodec.cli import _main

if TYPE_CHECKING:
    from tests.cli.conftest import Llc


def test_it_is_paused_while_a_first_file_is_decoded_and_no_longer(
    llc: "Llc",
    picture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from llcodec.codec.codec import Codec

    folder = tmp_path / "small"
    for number in range(2):
        picture(tmp_path / "dark" / f"{number}.png", seed=number)
    assert llc("encode", tmp_path / "dark", "-o", folder).code == 0
    seen, decode = [], Codec.decode

    def watched(*arguments: object, **options: object) -> object:
        seen.append(gc.isenabled())
        return decode(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Codec, "decode", watched)
    assert llc("decode", folder, "-o", tmp_path / "bright").code == 0
    assert seen == [False, True]
    assert gc.isenabled()


@pytest.mark.parametrize("arguments", [["decode"], ["models", "list"], ["decode", "--help"]])
def test_it_is_never_left_paused(arguments: list[str]) -> None:
    _main.run(arguments)
    assert gc.isenabled()


def test_it_is_dismissed_at_the_end() -> None:
    program = (
        "import atexit, gc, sys\n"
        "from llcodec.cli import _main\n"
        "atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 10_000))\n"
        "sys.argv = ['llc', 'models', 'list']\n"
        "_main.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split()[-2:] == [b"False", b"True"]
