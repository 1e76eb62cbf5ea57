"""The joint network without bits: what it computes, and that windows fit."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from llcodec._arrays import Samples
from llcodec._cards import TrainingFacts
from llcodec.codec.codec import Codec, Target
from llcodec.codec.models import load_model
from llcodec.codec.weights import ModelFile
from llcodec.codec.windows import SIDE
from llcodec.engine.tensors import to_tensor
from llcodec.engine.torch_models import joint_arrays, joint_model
from llcodec.engine.torch_transforms import torch_transforms
from llcodec.enhancing.joint import JointEnhancer
from llcodec.enhancing.pieces import Piece
from llcodec.errors import ModelError
from llcodec.imaging import Picture
from llcodec.nets.joint import JointModel
from llcodec.nets.presets import Preset
from llcodec.nets.tone import thumbnail
from llcodec.nets.tone_numbers import from_numbers, to_numbers

CPU = torch.device("cpu")
HALF_A_LEVEL = 0.5 / 255


def enhancer(file: ModelFile) -> JointEnhancer:
    return JointEnhancer(file, torch_transforms(file.preset, file.arrays, CPU))


def with_preset(file: ModelFile, preset: Preset) -> ModelFile:
    """Return a file with random networks of another preset."""
    return replace(file, preset=preset, arrays=joint_arrays(JointModel(preset)))


def at_once(model: JointModel, pixels: Samples) -> Tensor:
    """Return the enhanced picture of one analysis and one synthesis of the whole."""
    height, width = pixels.shape[:2]
    x = F.pad(to_tensor(pixels), (0, -width % 16, 0, -height % 16), mode="replicate")
    assert model.tone is not None
    curve = from_numbers(to_numbers(model.tone(thumbnail(to_tensor(pixels)))))
    quality = torch.tensor([8.0])
    y = model.analyse(x, curve) * model.log_gain(quality).exp() * model.inverse_gain(quality)
    return model.synthesise(y)[..., :height, :width]


@torch.inference_mode()
@pytest.mark.parametrize(
    ("height", "width"), [(1, 2), (40, 33), (21, (SIDE + 6) * 16 - 5), (SIDE * 16 + 9, 18)]
)
def test_windows_fit_as_if_the_whole_had_been_enhanced_at_once(
    joint: ModelFile,
    assembled: Callable[[Iterable[Piece], Samples], Tensor],
    make_picture: Callable[..., Picture],
    height: int,
    width: int,
) -> None:
    pixels = make_picture(height, width).pixels
    pieces = list(enhancer(joint).pieces(pixels))
    assert (len(pieces) > 1) == (max(height, width) > SIDE * 16)
    whole = at_once(joint_model(joint.preset, joint.arrays), pixels)
    torch.testing.assert_close(assembled(pieces, pixels), whole, atol=HALF_A_LEVEL / 4, rtol=0)
    if min(height, width) > 1:
        assert whole.std() > 0.02


@torch.inference_mode()
def test_it_is_what_the_codec_makes_but_for_rounding(
    assembled: Callable[[Iterable[Piece], Samples], Tensor], make_picture: Callable[..., Picture]
) -> None:
    """The shipped codec at its finest quality, through a file, against the network alone."""
    picture = make_picture(96, 128)
    codec = Codec("fast", device="cpu")
    coded = codec.decode(codec.encode(picture, Target(8.0))).pixels
    network = enhancer(load_model("fast"))
    direct = assembled(list(network.pieces(picture.pixels)), picture.pixels)
    error = np.abs(coded / 255 - direct[0].permute(1, 2, 0).numpy())
    assert error.mean() < 0.02
    assert direct.mean() > 2 * picture.pixels.mean() / 255


def test_a_plain_codec_is_refused(joint: ModelFile) -> None:
    plain = replace(with_preset(joint, joint.preset.plain()), training=TrainingFacts("plain"))
    with pytest.raises(ModelError, match="the model tiny does not enhance: it is a plain codec"):
        enhancer(plain)


def test_what_a_model_was_trained_for_counts_and_not_its_shape(joint: ModelFile) -> None:
    """The published network without its SNR-aware branch has the shape of a plain codec."""
    trained = replace(with_preset(joint, joint.preset.plain()), training=TrainingFacts("joint"))
    assert enhancer(trained).name == "tiny"


def test_a_model_without_a_tone_network_still_enhances(joint: ModelFile) -> None:
    network = enhancer(with_preset(joint, replace(joint.preset, global_tone=False)))
    picture = Picture(np.full((20, 20, 3), 30, np.uint8))
    with torch.inference_mode():
        [piece] = network.pieces(picture.pixels)
    assert piece.values.shape == (20, 20, 3)
