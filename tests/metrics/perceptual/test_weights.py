import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from llcodec._checksums import sha256_of
from llcodec.errors import BrokenModelError, UnknownModelError
from llcodec.metrics.perceptual.backbone import ALEXNET, VGG16
from llcodec.metrics.perceptual.weights import published_weights, read_features

State = dict[str, torch.Tensor]


@pytest.fixture
def alexnet(cache: Path) -> State:
    """The features of a random AlexNet, with the names that they have in files."""
    state = torch.load(cache / ALEXNET.file_name, weights_only=True)
    return {name: tensor for name, tensor in state.items() if name.startswith("features.")}


def test_published_weights_are_those_in_the_cache(cache: Path) -> None:
    for backbone in (ALEXNET, VGG16):
        assert published_weights(backbone) == cache / backbone.file_name


@pytest.mark.usefixtures("cache")
def test_without_network_a_line_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(
        UnknownModelError, match=r"vgg16-397923af\.pth, .* cannot be downloaded"
    ) as caught:
        published_weights(VGG16)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("is_right", [True, False])
def test_fetched_weights_are_checked(
    is_right: bool, alexnet: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(alexnet, tmp_path / "made.pth")
    digest = sha256_of(tmp_path / "made.pth")
    path = tmp_path / f"alexnet-{digest[:8] if is_right else '00000000'}.pth"
    (tmp_path / "made.pth").rename(path)
    monkeypatch.setattr(type(ALEXNET), "url", path.as_uri())
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    if is_right:
        assert sha256_of(published_weights(ALEXNET)) == digest
        return
    with pytest.raises(UnknownModelError, match=r"cannot be downloaded .*invalid hash"):
        published_weights(ALEXNET)
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


def test_a_file_of_features_is_enough_in_either_format(
    alexnet: State, cache: Path, tmp_path: Path
) -> None:
    torch.save(alexnet, tmp_path / "a.pth")
    torch.save(alexnet, tmp_path / "b.pth", _use_new_zipfile_serialization=False)
    save_file({k: v.contiguous() for k, v in alexnet.items()}, tmp_path / "c.safetensors")
    save_file({k: v.half().contiguous() for k, v in alexnet.items()}, tmp_path / "d.safetensors")
    # As the state of the features alone has them.
    bare = {name.removeprefix("features."): tensor for name, tensor in alexnet.items()}
    torch.save(bare, tmp_path / "e.pth")
    save_file({k: v.contiguous() for k, v in bare.items()}, tmp_path / "f.safetensors")
    whole = read_features(ALEXNET, cache / ALEXNET.file_name).state_dict()
    assert len(whole) == 10
    for name in ("a.pth", "b.pth", "c.safetensors", "d.safetensors", "e.pth", "f.safetensors"):
        apart = 1e-3 if name.startswith("d") else 0
        read = read_features(ALEXNET, tmp_path / name).state_dict()
        assert list(read) == list(whole)
        assert {tensor.dtype for tensor in read.values()} == {torch.float32}
        assert max(float((read[k] - whole[k]).abs().max()) for k in whole) <= apart


def test_a_file_that_is_not_there(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UnknownModelError, match="no such weights of vgg16"):
        read_features(VGG16, tmp_path / "nothing.pth")


def _without_one(state: State) -> Any:
    return dict(list(state.items())[:-1])


def _of_another_shape(state: State) -> Any:
    return {name: tensor[:1] for name, tensor in state.items()}


def _no_numbers(state: State) -> Any:
    return {name: tensor * torch.nan for name, tensor in state.items()}


@pytest.mark.parametrize(
    "change", [_without_one, _of_another_shape, _no_numbers, list, lambda _: {"features.0": 1}, len]
)
def test_other_weights_are_refused(
    alexnet: State, tmp_path: Path, change: Callable[[State], Any]
) -> None:
    torch.save(change(alexnet), tmp_path / "other.pth")
    with pytest.raises(
        BrokenModelError, match=r"other\.pth: (not weights of alexnet|weights that)"
    ):
        read_features(ALEXNET, tmp_path / "other.pth")


def test_the_other_backbone_is_refused(cache: Path) -> None:
    with pytest.raises(BrokenModelError, match="not weights of alexnet"):
        read_features(ALEXNET, cache / VGG16.file_name)


class Exploit:
    """Unpickling it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["evil.pth", "evil.safetensors"])
@pytest.mark.parametrize("zipped", [True, False])
def test_nothing_in_a_file_is_executed(name: str, zipped: bool, tmp_path: Path) -> None:
    path, mark = tmp_path / name, tmp_path / "mark"
    torch.save({"features.0": Exploit(mark)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(BrokenModelError, match="read safely") as caught:
        read_features(ALEXNET, path)
    assert "\n" not in str(caught.value)
    path.write_bytes(pickle.dumps(Exploit(mark)))
    with pytest.raises(BrokenModelError, match="read safely"):
        read_features(ALEXNET, path)
    assert not mark.exists()
