"""NeRCo from integer samples, tile by tile: the same as the model's own enhancement."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from llcodec._arrays import Samples
from llcodec.engine.tensors import planes_of, to_tensor
from llcodec.enhancing.nerco import NercoEnhancer
from llcodec.enhancing.pieces import Piece
from llcodec.errors import TooManyPixelsError
from llcodec.imaging import Picture
from llcodec.nerco.model import NercoModel
from llcodec.nerco.presets import PAPER
from llcodec.nerco.torch_engine import TorchNerco, nerco_file, nerco_model
from llcodec.nerco.weights import NercoFile

CPU = torch.device("cpu")
HALF_A_LEVEL = 0.5 / 255


@torch.inference_mode()
@pytest.mark.parametrize("sixteen_bit", [False, True])
@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 300), (3, 2), (7, 9), (129, 1), (101, 250), (130, 131)]
)
def test_tiles_fit_as_if_the_whole_had_been_enhanced_at_once(
    nerco: NercoFile,
    assembled: Callable[[Iterable[Piece], Samples], Tensor],
    make_picture: Callable[..., Picture],
    height: int,
    width: int,
    sixteen_bit: bool,
) -> None:
    pixels = make_picture(height, width, sixteen_bit=sixteen_bit).pixels
    pieces = list(NercoEnhancer(nerco, TorchNerco(nerco, CPU), core=64).pieces(pixels))
    assert (len(pieces) > 1) == (max(height, width) > 64)
    whole = nerco_model(nerco).enhance(to_tensor(pixels))
    torch.testing.assert_close(assembled(pieces, pixels), whole, atol=HALF_A_LEVEL / 20, rtol=0)
    if min(height, width) > 100:
        assert whole.std() > 0.05


def test_tiles_are_large_unless_told_otherwise(nerco: NercoFile) -> None:
    pixels = np.zeros((1100, 40, 3), np.uint8)
    with torch.inference_mode():
        pieces = list(NercoEnhancer(nerco, TorchNerco(nerco, CPU)).pieces(pixels))
    assert [piece.rows.stop for piece in pieces] == [548, 1100]


@torch.inference_mode()
def test_the_published_network_sees_the_whole_at_once(make_picture: Callable[..., Picture]) -> None:
    tiny = replace(
        PAPER,
        extractor_width=4,
        extractor_blocks=1,
        features=4,
        mlp_width=8,
        mask_width=4,
        mask_blocks=1,
        enhancer_width=4,
        enhancer_blocks=1,
    )
    torch.manual_seed(3)
    model = NercoModel(tiny, degrader=False)
    file = nerco_file("paper", model)
    network = NercoEnhancer(file, TorchNerco(file, CPU), core=16)
    pixels = make_picture(50, 70).pixels
    [piece] = network.pieces(pixels)
    torch.testing.assert_close(planes_of(piece.values, CPU), model.enhance(to_tensor(pixels)))
    large = np.broadcast_to(np.zeros(3, np.uint8), (1733, 1733, 3))
    with pytest.raises(TooManyPixelsError, match=r"the published network \(paper\) takes pictures"):
        next(network.pieces(large))
