"""Finding and reading weights: PyTorch's files, made here."""

import importlib.util
import pickle
import sys
from pathlib import Path
from urllib.error import URLError

import pytest
import torch

from llcodec.bench.codecs.compressai_weights import (
    MODELS,
    fetch_weights,
    read_weights,
    weight_files,
    zoo,
)
from llcodec.errors import BrokenModelError, InputError, UnknownModelError

needs_compressai = pytest.mark.skipif(
    importlib.util.find_spec("compressai") is None,
    reason="CompressAI needs NumPy 1, pandas, SciPy and more: it is an extra",
)
# What CompressAI imports warns of what PyTorch is about to drop.
pytestmark = pytest.mark.filterwarnings("default")

STATE = {"g_a.0.weight": torch.ones(2, 3), "g_a.0.bias": torch.zeros(2)}


class Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("this was executed",))


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("architecture", "name", "quality"),
    [
        ("cheng2020-anchor", "cheng2020-anchor-3-e49be189.pth.tar", 3),  # as the zoo has them
        ("cheng2020-attn", "cheng2020_attn-mse-6-730501f2.pth.tar", 6),
        ("bmshj2018-factorized", "bmshj2018-factorized-prior-8-5232faa3.pth.tar", 8),
        ("mbt2018", "mbt2018-1-3f36cd77.pth.tar", 1),
        ("mbt2018-mean", "mbt2018-mean-2-e54a039d.pth.tar", 2),
        ("mbt2018", "mbt2018-12.pth", 12),
        ("mbt2018", "mbt2018-7.pt", 7),
    ],
)
def test_names_say_the_quality(tmp_path: Path, architecture: str, name: str, quality: int) -> None:
    fill(tmp_path, name, "readme.txt", "mbt2018-ms-ssim-1-2878436b.pth.tar", "mbt2018.pth")
    assert weight_files(architecture, tmp_path) == {quality: tmp_path / name}
    assert weight_files(architecture, tmp_path / name) == {quality: tmp_path / name}


def test_folders_hold_a_ladder(tmp_path: Path) -> None:
    fill(tmp_path, "mbt2018-10.pth", "mbt2018-2.pth", "mbt2018-mean-3.pth")
    assert list(weight_files("mbt2018", tmp_path)) == [2, 10]


def test_one_file_may_have_any_name(tmp_path: Path) -> None:
    fill(tmp_path, "mine.bin")
    assert weight_files("mbt2018", tmp_path / "mine.bin") == {1: tmp_path / "mine.bin"}


def test_folders_without_weights_and_with_too_many(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UnknownModelError, match="no weights of mbt2018"):
            weight_files("mbt2018", path)
    fill(tmp_path, "mbt2018-1-3f36cd77.pth.tar", "mbt2018-1.pth")
    with pytest.raises(InputError, match="both have quality 1"):
        weight_files("mbt2018", tmp_path)


@pytest.mark.parametrize("wrap", [False, True])
def test_state_dictionaries_and_checkpoints_are_read(tmp_path: Path, wrap: bool) -> None:
    path = tmp_path / "a.pth"
    torch.save({"epoch": 3, "state_dict": STATE, "loss": 0.5} if wrap else STATE, path)
    state = read_weights(path)
    assert state.keys() == STATE.keys()
    assert torch.equal(state["g_a.0.weight"], torch.ones(2, 3))


def test_nothing_in_a_file_is_executed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.pth"
    torch.save({"a": Hostile()}, path)
    with pytest.raises(BrokenModelError, match="read safely"):
        read_weights(path)
    path.write_bytes(pickle.dumps(Hostile(), protocol=2))
    with pytest.raises(BrokenModelError, match="read safely"):
        read_weights(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("held", [[1, 2], {}, {"epoch": 1}, {"state_dict": {"a": 1}}])
def test_files_without_weights(tmp_path: Path, held: object) -> None:
    path = tmp_path / "a.pth"
    torch.save(held, path)
    with pytest.raises(BrokenModelError, match="not a state dictionary"):
        read_weights(path)
    path.write_bytes(b"nothing")
    with pytest.raises(BrokenModelError, match="read safely"):
        read_weights(path)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "compressai.zoo.image", None)
    with pytest.raises(InputError, match=r'pip install "llcodec\[compressai\]"'):
        zoo()


@needs_compressai
def test_the_models_are_those_of_the_zoo() -> None:
    assert set(MODELS) == set(zoo().model_urls)
    assert set(MODELS) <= set(zoo().model_architectures)


@needs_compressai
def test_weights_that_cannot_be_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "urlopen", refuse)
    with pytest.raises(UnknownModelError, match=r"no network.*cheng2020-anchor:FOLDER"):
        fetch_weights("cheng2020-anchor", 3)


@needs_compressai
def test_weights_that_were_fetched_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    name = zoo().model_urls["mbt2018"]["mse"][1].rpartition("/")[2]
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    torch.save(STATE, tmp_path / "hub" / "checkpoints" / name)
    assert fetch_weights("mbt2018", 1).keys() == STATE.keys()
