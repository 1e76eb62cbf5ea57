from dataclasses import fields

import torch

from llcodec.codec.weights import ModelFile
from llcodec.engine.torch_transforms import torch_transforms
from llcodec.enhancing.joint import JointEnhancer
from llcodec.enhancing.nerco import NercoEnhancer
from llcodec.enhancing.pieces import Network, Piece
from llcodec.nerco.torch_engine import TorchNerco
from llcodec.nerco.weights import NercoFile


def test_both_kinds_are_networks(joint: ModelFile, nerco: NercoFile) -> None:
    cpu = torch.device("cpu")
    networks: list[Network] = [
        JointEnhancer(joint, torch_transforms(joint.preset, joint.arrays, cpu)),
        NercoEnhancer(nerco, TorchNerco(nerco, cpu)),
    ]
    assert [network.name for network in networks] == ["tiny", "tiny-nerco"]
    assert [network.sha256 for network in networks] == [joint.sha256, nerco.sha256]
    assert [field.name for field in fields(Piece)] == ["rows", "columns", "values"]
