"""ELIC with few channels and random weights: its shapes follow from the hyper-latents'."""

import importlib.util

import pytest
import torch

if importlib.util.find_spec("compressai") is None:
    pytest.skip(
        "CompressAI is an extra that needs NumPy 1; make test-extras runs this",
        allow_module_level=True,
    )

from llcodec.bench.codecs.compressai_weights import compressai
from llcodec.bench.codecs.elic import Elic

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def network() -> Elic:
    torch.manual_seed(0)
    whole = compressai("models.sensetime").Elic2022Official(N=8)
    loaded = Elic.from_state_dict(whole.state_dict())
    loaded.update()
    return loaded.eval()


@torch.inference_mode()
def test_pictures_come_back_as_compressai_decodes_them(network: Elic) -> None:
    assert network.N == 8
    x = torch.rand(1, 3, 64, 128)
    coded = network.compress(x)
    assert coded["shape"] == (1, 2)
    original = network.network.compress(x)
    expected = network.network.decompress(original["strings"], original["shape"])["x_hat"]
    made = network.decompress(coded["strings"], coded["shape"])["x_hat"]
    torch.testing.assert_close(made, expected, atol=0, rtol=0)


def test_other_streams_are_refused(network: Elic) -> None:
    with pytest.raises(ValueError, match="3 streams"):
        network.decompress([[b""]] * 3, (1, 1))
