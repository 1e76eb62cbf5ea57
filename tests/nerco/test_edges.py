import pytest
import torch

from llcodec.nerco.edges import edges


def test_edges_are_four_times_the_grey_gradient() -> None:
    ramp = torch.arange(8.0).view(1, 1, 1, 8).expand(1, 3, 8, 8) * 0.02
    inside = edges(2 * ramp - 1)[..., 1:-1]
    expected = 4 * 0.04 * (65.738 + 129.057 + 25.064) / 256
    torch.testing.assert_close(inside, torch.full_like(inside, expected), atol=1e-4, rtol=1e-3)


def test_flat_pictures_have_no_edges_not_even_at_their_borders() -> None:
    assert edges(torch.full((2, 3, 5, 5), 0.3)).max() == pytest.approx(4e-3, rel=1e-3)


def test_it_is_the_same_each_time_and_in_every_plane() -> None:
    x = 2 * torch.rand(2, 3, 9, 7) - 1
    assert edges(x).shape == x.shape
    assert torch.equal(edges(x), edges(x))
    assert torch.equal(edges(x)[:, 0], edges(x)[:, 2])


def test_flat_areas_have_a_gradient_that_is_finite() -> None:
    x = torch.zeros(1, 3, 4, 4, requires_grad=True)
    edges(x).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    assert x.grad.isfinite().all()
