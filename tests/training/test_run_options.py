from pathlib import Path

import pytest

from llcodec.errors import InputError
from llcodec.training.run_options import RunOptions, refuse_to_overwrite


def test_runs_are_not_overwritten(tmp_path: Path) -> None:
    refuse_to_overwrite(tmp_path, RunOptions())
    (tmp_path / "checkpoint.safetensors").touch()
    refuse_to_overwrite(tmp_path, RunOptions(resume=True))
    with pytest.raises(InputError, match="holds a run already"):
        refuse_to_overwrite(tmp_path, RunOptions())
