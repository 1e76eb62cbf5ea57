import torch
from torch import nn

from llcodec.nerco.mask_extractor import MaskExtractor
from llcodec.nerco.normalisation import NeuralRepresentationNormalisation
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.subpixel import even_start
from llcodec.nerco.views import View


def test_pixels_made_of_one_start_alike_and_channels_do_not() -> None:
    torch.manual_seed(0)
    conv = even_start(nn.Conv2d(5, 12, 3, bias=False), 2)
    made = nn.functional.pixel_shuffle(conv(torch.randn(1, 5, 6, 6)), 2)
    assert made.shape == (1, 3, 8, 8)
    blocks = made.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
    assert torch.equal(blocks, blocks[..., :1].expand_as(blocks))
    assert (made[:, 0] - made[:, 1]).abs().max() > 0.1


def test_masks_and_normalised_pictures_start_without_a_mosaic(
    compact: NercoPreset, low: View
) -> None:
    nrn, me = NeuralRepresentationNormalisation(compact), MaskExtractor(compact)
    features = nrn.extractor(low.picture)
    for plane in (features, me(low).lightness):
        blocks = plane.unfold(2, 4, 4).unfold(3, 4, 4).flatten(4)
        torch.testing.assert_close(blocks, blocks[..., :1].expand_as(blocks))
