import pickle
from pathlib import Path

import pytest
import torch

from llcodec._checkpoints import read_checkpoint
from llcodec.errors import BrokenModelError


class Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("this was executed",))


def test_files_and_their_contents_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"epoch": 3, "weight": torch.ones(2)}, path)
    for found in (read_checkpoint(path), read_checkpoint(path, path.read_bytes())):
        assert found["epoch"] == 3
        assert torch.equal(found["weight"], torch.ones(2))


def test_nothing_is_executed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(pickle.dumps(Hostile(), protocol=2))
    for data in (None, path.read_bytes()):
        with pytest.raises(BrokenModelError, match=r"a\.pth: not weights that can be read safely"):
            read_checkpoint(path, data)
    assert capsys.readouterr().out == ""
