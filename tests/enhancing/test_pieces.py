from dataclasses import fields

import torch

from llcodec.codec.weights import ModelFile
from llcodec.enhancing.joint import JointEnhancer
from llcodec.enhancing.nerco import NercoEnhancer
from llcodec.enhancing.pieces import Network, Piece, to_device
from llcodec.nerco.weights import NercoFile


def test_both_kinds_are_networks(joint: ModelFile, nerco: NercoFile) -> None:
    cpu = torch.device("cpu")
    networks: list[Network] = [JointEnhancer(joint, cpu), NercoEnhancer(nerco, cpu)]
    assert [network.name for network in networks] == ["tiny", "tiny-nerco"]
    assert [network.sha256 for network in networks] == [joint.sha256, nerco.sha256]
    assert [field.name for field in fields(Piece)] == ["rows", "columns", "values"]


def test_layouts_are_those_that_convolutions_like() -> None:
    x = torch.rand(1, 3, 4, 5)
    laid_out = to_device(x, torch.device("cpu"))
    assert torch.equal(laid_out, x)
    assert laid_out.is_contiguous(memory_format=torch.channels_last)
