"""The script that makes golden files: it still can, and never twice."""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import torch

from measurements.determinism_worker import check_folder
from measurements.golden import read_expected

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def make() -> Iterator[ModuleType]:
    """The script as a module; it imports others of its folder from the root of the repository."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.syspath_prepend(HERE.parents[1])
    spec = spec_from_file_location("make_golden_files", HERE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    threads = torch.get_num_threads()
    spec.loader.exec_module(module)
    yield module
    torch.set_num_threads(threads)
    monkeypatch.undo()


def test_what_it_makes_decodes(
    make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["make.py", "v9", "--into", str(tmp_path)])
    assert make.main() == 0
    outcomes = check_folder(tmp_path / "v9", "channels_last", torch.device("cpu"))
    assert [outcome.problems for outcome in outcomes.values() if outcome.problems] == []
    made, committed = read_expected(tmp_path / "v9"), read_expected(HERE / "v1")
    assert made["files"].keys() >= committed["files"].keys()
    assert made["broken"].keys() >= committed["broken"].keys()
    weights = [path.stat().st_size for path in (tmp_path / "v9").glob("*.safetensors")]
    assert sum(weights) < 2_000_000


def test_it_never_touches_a_version_that_is_there(
    make: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "one-pixel.llc").write_bytes(b"released")
    monkeypatch.setattr(sys, "argv", ["make.py", "v1", "--into", str(tmp_path)])
    assert make.main() == 1
    assert "not made twice" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "v1").iterdir()] == ["one-pixel.llc"]
    assert (tmp_path / "v1" / "one-pixel.llc").read_bytes() == b"released"
