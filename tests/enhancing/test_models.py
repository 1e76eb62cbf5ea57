import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from llcodec._families import TEXT_GUIDE
from llcodec._shipped import shipped_file, shipped_files
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.engine.choice import EngineRequest
from llcodec.enhancing.joint import JointEnhancer
from llcodec.enhancing.models import find_enhancer, load_network
from llcodec.enhancing.names import JOINT
from llcodec.enhancing.nerco import NercoEnhancer
from llcodec.errors import BrokenModelError, ModelError, UnknownModelError
from tests.conftest import Ship

CPU = EngineRequest(device="cpu")


@pytest.fixture
def shelf(nerco_path: Path, tmp_path: Path, ship: Ship) -> Path:
    """A folder that passes for the one of shipped models, with an enhancer in it."""
    folder = tmp_path / "weights"
    (folder / "enhancers").mkdir(parents=True)
    shutil.copy(shipped_file(DEFAULT_MODEL), folder)
    shutil.copy(nerco_path, folder / "enhancers" / "tiny-nerco.safetensors")
    ship(folder)
    return folder


def test_joint_is_the_codec_that_encodes() -> None:
    assert find_enhancer("joint") == find_enhancer(DEFAULT_MODEL) == shipped_file(DEFAULT_MODEL)
    assert JOINT not in shipped_files()  # else there would be no way to say which is meant


def test_shipped_models_of_either_kind_go_by_their_names(shelf: Path) -> None:
    assert isinstance(load_network("joint", CPU)[0], JointEnhancer)
    assert isinstance(load_network(DEFAULT_MODEL, CPU)[0], JointEnhancer)
    network, _ = load_network("tiny-nerco", CPU)
    assert isinstance(network, NercoEnhancer)
    assert network.name == "tiny-nerco"


def test_files_of_either_kind_are_told_apart(nerco_path: Path, tmp_path: Path) -> None:
    for source, kind in ((nerco_path, NercoEnhancer), (shipped_file(DEFAULT_MODEL), JointEnhancer)):
        copy = tmp_path / "any name"
        shutil.copy(source, copy)
        assert isinstance(load_network(str(copy), CPU)[0], kind)


@pytest.mark.parametrize("name", ["", "nerc", "JOINT", f"../{DEFAULT_MODEL}", "joint\n"])
def test_other_names_are_unknown_and_the_shipped_ones_are_listed(shelf: Path, name: str) -> None:
    known = r"shipped: joint, tiny-nerco; or give a path"
    with pytest.raises(UnknownModelError, match=known):
        find_enhancer(name)


def test_without_a_codec_there_is_no_joint(shelf: Path) -> None:
    (shelf / f"{DEFAULT_MODEL}.safetensors").unlink()
    with pytest.raises(UnknownModelError, match=r"shipped: tiny-nerco; or"):
        find_enhancer("joint")
    (shelf / "enhancers" / "tiny-nerco.safetensors").unlink()
    with pytest.raises(UnknownModelError, match=r"shipped: none; or"):
        find_enhancer("joint")


def test_missing_files_are_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no such weight file"):
        load_network(str(tmp_path / "missing.safetensors"), CPU)


def test_files_of_no_kind_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for content in (b"", b"text", bytes(100)):
        path.write_bytes(content)
        with pytest.raises(BrokenModelError, match=r"not a weight file$"):
            load_network(str(path), CPU)


def test_text_guides_do_not_enhance(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.zeros(1)}, path, {"llcodec": json.dumps({"format": TEXT_GUIDE.format})})
    with pytest.raises(ModelError, match="models of the family text-guide do not enhance"):
        load_network(str(path), CPU)


def test_damaged_files_are_broken(nerco_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(nerco_path.read_bytes()[:-10])
    with pytest.raises(BrokenModelError, match="damaged weight file"):
        load_network(str(path), CPU)
