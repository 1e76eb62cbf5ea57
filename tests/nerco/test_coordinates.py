import math

import torch

from llcodec.nerco.coordinates import coordinates, positional_encoding, stacked
from llcodec.nerco.windows import Area


def test_coordinates_are_pixel_centres_of_the_whole_picture() -> None:
    at = coordinates(2, 4)
    torch.testing.assert_close(at.rows, torch.tensor([[-0.5, 0.5]]))
    torch.testing.assert_close(at.columns, torch.tensor([[-0.75, -0.25, 0.25, 0.75]]))


def test_a_window_has_the_coordinates_of_its_place() -> None:
    whole, part = coordinates(60, 100), coordinates(60, 100, Area(8, 20, 12, 16))
    assert torch.equal(part.rows, whole.rows[:, 8:20])
    assert torch.equal(part.columns, whole.columns[:, 20:36])


def test_padding_continues_beyond_the_edges() -> None:
    at = coordinates(4, 4, Area(-1, 0, 6, 5))
    torch.testing.assert_close(at.rows[0, [0, -1]], torch.tensor([-1.25, 1.25]))
    torch.testing.assert_close(at.columns[0, -1], torch.tensor(1.25))


def test_windows_of_a_batch_are_stacked() -> None:
    parts = [coordinates(60, 100, Area(top, 0, 8, 8)) for top in (0, 16)]
    both = stacked(parts)
    assert both.rows.shape == both.columns.shape == (2, 8)
    assert torch.equal(both.rows[1:], parts[1].rows)


def test_encoding_has_sines_then_cosines_of_octaves() -> None:
    x = torch.tensor([[0.3, -0.7]])
    encoded = positional_encoding(x, 8)
    assert encoded.shape == (1, 2, 16)
    for i in range(8):
        for k, v in enumerate((0.3, -0.7)):
            angle = 2**i * math.pi * v
            torch.testing.assert_close(float(encoded[0, k, i]), math.sin(angle), atol=2e-5, rtol=0)
            torch.testing.assert_close(
                float(encoded[0, k, 8 + i]), math.cos(angle), atol=2e-5, rtol=0
            )


def test_more_frequencies_tell_nearer_places_apart() -> None:
    at = coordinates(256, 1).rows
    coarse, fine = (positional_encoding(at, n)[0] for n in (1, 8))
    assert (coarse[0] - coarse[1]).abs().max() < 0.03
    assert (fine[0] - fine[1]).abs().max() > 1
