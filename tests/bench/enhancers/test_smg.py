"""SMG as an enhancer, with random weights in files as its authors' training writes them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from llcodec.bench.enhancers.registry import enhancer_of
from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.smg.network import PARTS, Smg


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    network = Smg()
    parts = {key: network.get_submodule(name).state_dict() for key, name in PARTS.items()}
    path = tmp_path_factory.mktemp("smg") / "model.pt"
    torch.save({**parts, "opts": {"stylegan_size": 256}, "global_step": 5}, path)
    return path


@pytest.mark.slow
def test_pictures_of_any_size_come_back(checkpoint: Path) -> None:
    enhancer = enhancer_of(f"smg:{checkpoint}")
    pixels = np.random.default_rng(0).integers(0, 60, (31, 42, 3), dtype=np.uint8)
    made = enhancer.enhance(pixels)
    assert made.shape == pixels.shape
    assert made.dtype == np.uint8
    assert (made != pixels).any()
    settings = enhancer.settings()
    assert enhancer.name == "smg"
    assert settings.parameters["file"] == "model.pt"
    assert len(str(settings.versions["SHA-256"])) == 64


def test_what_is_no_checkpoint_is_refused(tmp_path: Path, checkpoint: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"nowhere\.pt"):
        enhancer_of(f"smg:{tmp_path / 'nowhere.pt'}")
    path = tmp_path / "broken.pt"
    path.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(BrokenModelError, match="read safely"):
        enhancer_of(f"smg:{path}")
    torch.save({"state_dict": {}}, path)
    with pytest.raises(BrokenModelError, match="state_dict_refine2"):
        enhancer_of(f"smg:{path}")
    torch.save({key: {} for key in PARTS}, path)
    with pytest.raises(BrokenModelError, match="not a checkpoint of SMG"):
        enhancer_of(f"smg:{path}")


class _Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def test_nothing_in_a_checkpoint_is_executed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "harm.pt"
    torch.save({"opts": _Harm()} | {key: {} for key in PARTS}, path)
    with pytest.raises(BrokenModelError, match="read safely"):
        enhancer_of(f"smg:{path}")
    assert capsys.readouterr().out == ""
