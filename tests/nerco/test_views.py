import pytest
import torch

from llcodec.errors import InputError
from llcodec.nerco.coordinates import coordinates
from llcodec.nerco.views import (
    pad_by_reflection,
    to_overview,
    to_signed,
    to_unit,
    view,
    view_of_whole,
)
from llcodec.nets.tone import thumbnail


def test_a_view_of_the_whole_knows_its_own_thumbnail() -> None:
    x = torch.rand(2, 3, 40, 60)
    whole = view_of_whole(x)
    torch.testing.assert_close(whole.picture, 2 * x - 1)
    torch.testing.assert_close(to_unit(whole.overview[..., :150]), thumbnail(x))
    assert torch.equal(whole.coordinates.rows, coordinates(40, 60).rows)


def test_overviews_can_be_shown_to_the_networks_themselves() -> None:
    whole = view_of_whole(torch.rand(1, 3, 40, 60))
    small = whole.of_overview()
    assert small.picture is small.overview is whole.overview
    assert small.picture.shape == (1, 3, 100, 152)
    assert small.coordinates.rows.shape == (1, 100)
    assert small.coordinates.columns.shape == (1, 152)
    assert torch.equal(small.coordinates.columns[:, :150], coordinates(100, 150).columns)


@pytest.mark.parametrize("shape", [(30, 32), (32, 30)])
def test_crops_that_the_networks_cannot_halve_twice_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="multiple of 4"):
        view(torch.rand(1, 3, *shape), torch.rand(1, 3, 100, 150), coordinates(*shape))


def test_ranges_go_there_and_back() -> None:
    x = torch.rand(1, 3, 4, 4)
    torch.testing.assert_close(to_unit(to_signed(x)), x)
    assert to_unit(torch.tensor([-1.5, 1.5])).tolist() == [0, 1]


def test_padding_reflects() -> None:
    x = torch.arange(6.0).view(1, 1, 1, 6).expand(1, 1, 4, 6)
    assert pad_by_reflection(x)[0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 4, 3]
    fitting = torch.rand(1, 3, 8, 12)
    assert pad_by_reflection(fitting) is fitting


@pytest.mark.parametrize(("size", "padded"), [(1, 8), (2, 8), (3, 8), (5, 8), (8, 8), (9, 12)])
def test_pictures_smaller_than_their_padding_are_reflected_to_and_fro(
    size: int, padded: int
) -> None:
    x = torch.arange(float(size)).view(1, 1, size, 1)
    out = pad_by_reflection(x, least=8)
    assert out.shape == (1, 1, padded, 8)
    cycle = [*range(size), *range(size - 2, 0, -1)] or [0]
    assert out[0, 0, :, 0].tolist() == [cycle[k % len(cycle)] for k in range(padded)]


def test_overviews_have_sides_that_can_be_halved_twice() -> None:
    small = torch.rand(1, 3, 100, 150)
    overview = to_overview(small)
    assert overview.shape == (1, 3, 100, 152)
    torch.testing.assert_close(overview[..., 150], 2 * small[..., 148] - 1)
