"""Models of CompressAI with few channels and random weights, saved and loaded as real ones are."""

import importlib.util
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from llcodec._arrays import Pixels
from llcodec.bench.codecs.compressai import CodedPicture, unpack
from llcodec.bench.codecs.compressai_weights import MODELS, UNPUBLISHED
from llcodec.bench.interfaces import Ladder, bits_per_pixel
from llcodec.bench.pipelines import Pipeline, WarmPipeline
from llcodec.errors import (
    BrokenModelError,
    InputError,
    QualityError,
    UnknownModelError,
    UnreadableImageError,
)

if importlib.util.find_spec("compressai") is None:
    pytest.skip(
        "CompressAI needs NumPy 1, pandas, SciPy and more: it is an extra",
        allow_module_level=True,
    )

from llcodec._compressai import compressai
from llcodec.bench.codecs.compressai import CompressaiCodec, Elic
from llcodec.bench.codecs.compressai_weights import zoo
from llcodec.tcm.network import Tcm

# What CompressAI imports warns of what PyTorch is about to drop.
pytestmark = pytest.mark.filterwarnings("default")

SMALL = {name: (8, 12) for name in MODELS} | {"cheng2020-anchor": (8,), "cheng2020-attn": (8,)}


def network(architecture: str) -> Any:
    if architecture == "tcm":
        return Tcm(32)
    if architecture == "elic2022":
        return compressai("models.sensetime").Elic2022Official(8)
    return zoo().model_architectures[architecture](*SMALL[architecture])


def save(architecture: str, path: Path, seed: int = 0, tables: bool = True) -> Path:
    torch.manual_seed(seed)
    model = network(architecture)
    if tables:
        model.update()
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return save("bmshj2018-factorized", tmp_path / "bmshj2018-factorized-2.pth")


@pytest.mark.parametrize("architecture", [*MODELS, *UNPUBLISHED])
def test_every_model_makes_files_that_a_fresh_one_reads(
    architecture: str, photo: Pixels, tmp_path: Path
) -> None:
    path = save(architecture, tmp_path / f"{architecture}-1.pth")
    codec = CompressaiCodec(architecture, path)
    assert (codec.name, codec.qualities) == (architecture, (1,))
    data = codec.encode(photo[:65, :70].copy(), 1)
    assert data == codec.encode(photo[:65, :70].copy(), 1)
    back = CompressaiCodec(architecture, path).decode(data)
    assert back.shape == (65, 70, 3)
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, codec.decode(data))
    assert bits_per_pixel(data, photo) > 0


def test_what_is_decoded_is_what_the_network_makes(photo: Pixels, weights: Path) -> None:
    codec = CompressaiCodec("bmshj2018-factorized", weights)
    pixels = photo[:64, :64].copy()
    model = zoo().model_architectures["bmshj2018-factorized"].from_state_dict(torch.load(weights))
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        x_hat = model.eval()(x)["x_hat"].clamp(0, 1)
    expected = (x_hat[0].permute(1, 2, 0) * 255).numpy()
    back = codec.decode(codec.encode(pixels, 2))
    np.testing.assert_allclose(back, expected, atol=0.51)


def test_a_folder_is_a_ladder_of_networks(photo: Pixels, tmp_path: Path) -> None:
    for quality in (1, 3):
        save("mbt2018-mean", tmp_path / f"mbt2018-mean-{quality}.pth", seed=quality)
    codec = CompressaiCodec("mbt2018-mean", tmp_path)
    assert codec.qualities == (1, 3)
    files = [codec.encode(photo, q) for q in codec.qualities]
    one, other = (CompressaiCodec("mbt2018-mean", tmp_path).decode(data) for data in files)
    assert not np.array_equal(one, other)  # each file names its own network
    for missing in (2, 1.5, 0, float("nan")):
        with pytest.raises(QualityError, match="has the qualities 1, 3"):
            codec.encode(photo, missing)
    with pytest.raises(UnreadableImageError, match="does not have the quality"):
        CompressaiCodec("mbt2018-mean", tmp_path / "mbt2018-mean-1.pth").decode(files[1])


def test_networks_are_loaded_once_and_all_by_warming_up(photo: Pixels, tmp_path: Path) -> None:
    for quality in (1, 3):
        save("mbt2018-mean", tmp_path / f"mbt2018-mean-{quality}.pth", seed=quality)
    codec = CompressaiCodec("mbt2018-mean", tmp_path)
    assert isinstance(codec, Ladder)
    WarmPipeline(Pipeline("it", "plain", codec)).warm_up(photo, codec.qualities)
    for file in tmp_path.glob("*.pth"):
        file.unlink()
    for loaded in codec.qualities:
        assert codec.decode(codec.encode(photo, loaded)).shape == photo.shape


def test_the_width_is_that_of_the_weights(tmp_path: Path) -> None:
    path = save("cheng2020-anchor", tmp_path / "cheng2020-anchor-5.pth")
    assert CompressaiCodec("cheng2020-anchor", path).channels(5) == 8


def test_weights_of_a_training_checkpoint_without_tables(photo: Pixels, tmp_path: Path) -> None:
    path = save("cheng2020-anchor", tmp_path / "best.pth.tar", tables=False)
    state = {f"module.{key}": value for key, value in torch.load(path).items()}
    torch.save({"epoch": 1, "state_dict": state}, path)  # as DataParallel has them
    codec = CompressaiCodec("cheng2020-anchor", path)
    back = codec.decode(codec.encode(photo[:64, :64].copy(), 1))
    assert back.shape == (64, 64, 3)


def test_settings_name_the_weights_and_no_place(weights: Path) -> None:
    settings = CompressaiCodec("bmshj2018-factorized", weights).settings()
    text = json.dumps(asdict(settings))
    assert str(weights.parent) not in text
    assert "bmshj2018-factorized-2.pth, SHA-256 " in text
    published = CompressaiCodec("cheng2020-anchor")
    assert published.qualities == (1, 2, 3, 4, 5, 6)
    assert published.settings().parameters["weights 3"] == "cheng2020-anchor-3-e49be189.pth.tar"


def test_other_bytes_are_refused(photo: Pixels, weights: Path) -> None:
    codec = CompressaiCodec("bmshj2018-factorized", weights)
    data = codec.encode(photo, 2)
    assert data[:10] == bytes((0, 192, 0, 128, 0, 8, 0, 12, 2, 1))
    wrong_size = bytes((1, 192)) + data[2:]
    two_streams = data[:9] + b"\2" + bytes(4) + data[10:]
    for bad in (b"", b"no picture", wrong_size, two_streams):
        with pytest.raises(UnreadableImageError):
            codec.decode(bad)


def test_weights_of_another_model(photo: Pixels, weights: Path) -> None:
    codec = CompressaiCodec("mbt2018", weights)
    with pytest.raises(BrokenModelError, match="not that model's"):
        codec.encode(photo, 1)


def test_models_and_weights_that_there_are_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cheng2020-attn, elic2022, tcm, not 'elic'"):
        CompressaiCodec("elic")
    for name in UNPUBLISHED:
        with pytest.raises(UnknownModelError, match=f"no weights of {name}: .*{name}:PATH"):
            CompressaiCodec(name)
    with pytest.raises(UnknownModelError):
        CompressaiCodec("mbt2018", tmp_path / "nowhere")


sides = st.integers(1, 65535)
pictures = st.builds(
    CodedPicture,
    width=sides,
    height=sides,
    quality=st.integers(0, 255),
    shape=st.tuples(sides, sides),
    streams=st.lists(st.binary(max_size=40), min_size=1, max_size=4).map(tuple),
)


@given(pictures)
def test_everything_comes_back(picture: CodedPicture) -> None:
    assert unpack(picture.pack()) == picture


def test_the_head_is_small() -> None:
    one = CodedPicture(768, 512, 3, (8, 12), (b"y" * 100,))
    two = CodedPicture(768, 512, 3, (8, 12), (b"y" * 100, b"z" * 10))
    assert len(one.pack()) == 100 + 10
    assert len(two.pack()) == 110 + 14


def test_pictures_that_are_too_large() -> None:
    with pytest.raises(InputError, match="too many"):
        CodedPicture(65536, 1, 1, (1, 1), (b"",)).pack()


@given(pictures, st.data())
def test_what_is_cut_off_is_missed(picture: CodedPicture, data: st.DataObject) -> None:
    file = picture.pack()
    short = file[: data.draw(st.integers(0, len(file) - 1 - len(picture.streams[-1])))]
    with pytest.raises(UnreadableImageError):
        unpack(short)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(UnreadableImageError):
        assert unpack(data).streams


@pytest.fixture(scope="module")
def elic() -> Elic:
    torch.manual_seed(0)
    whole = compressai("models.sensetime").Elic2022Official(N=8)
    loaded = Elic.from_state_dict(whole.state_dict())
    loaded.update()
    return loaded.eval()


@torch.inference_mode()
def test_pictures_of_elic_are_those_that_compressai_decodes(elic: Elic) -> None:
    assert elic.N == 8
    x = torch.rand(1, 3, 64, 128)
    coded = elic.compress(x)
    assert coded["shape"] == (1, 2)
    original = elic.network.compress(x)
    expected = elic.network.decompress(original["strings"], original["shape"])["x_hat"]
    made = elic.decompress(coded["strings"], coded["shape"])["x_hat"]
    torch.testing.assert_close(made, expected, atol=0, rtol=0)


def test_other_streams_of_elic_are_refused(elic: Elic) -> None:
    with pytest.raises(ValueError, match="3 streams"):
        elic.decompress([[b""]] * 3, (1, 1))
