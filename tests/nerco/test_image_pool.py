import numpy as np
import torch

from llcodec.nerco.image_pool import ImagePool


def pictures(*values: float) -> torch.Tensor:
    return torch.stack([torch.full((3, 4, 4), v) for v in values])


def test_until_it_is_full_pictures_pass_through() -> None:
    pool = ImagePool(np.random.default_rng(0), size=3)
    x = torch.rand(3, 3, 4, 4)
    assert torch.equal(pool.query(x), x)
    assert pool.state().shape == (3, 3, 4, 4)


def test_then_half_of_them_are_exchanged_for_older_ones() -> None:
    pool = ImagePool(np.random.default_rng(0), size=4)
    pool.query(pictures(0, 0, 0, 0))
    new = pool.query(pictures(*range(1, 401)))[:, 0, 0, 0]
    kept = new == torch.arange(1, 401)
    assert 160 < kept.sum() < 240
    assert (new <= torch.arange(1, 401)).all()
    assert len(pool.state()) == 4


def test_what_comes_out_has_no_gradient() -> None:
    pool = ImagePool(np.random.default_rng(0), size=1)
    for _ in range(6):
        assert not pool.query(torch.rand(2, 3, 4, 4, requires_grad=True)).requires_grad


def test_it_continues_from_its_state() -> None:
    rng = np.random.default_rng(0)
    pool = ImagePool(rng, size=3)
    pool.query(torch.rand(9, 3, 4, 4))
    other = ImagePool(np.random.default_rng(5), size=3)
    other.restore(pool.state())
    other.rng.bit_generator.state = rng.bit_generator.state
    later = torch.rand(9, 3, 4, 4)
    assert torch.equal(pool.query(later), other.query(later))
    assert torch.equal(pool.state(), other.state())


def test_an_empty_pool_has_a_state_too() -> None:
    pool = ImagePool(np.random.default_rng(0))
    pool.restore(ImagePool(np.random.default_rng(0)).state())
    assert torch.equal(pool.query(pictures(1)), pictures(1))
    assert len(pool.state()) == 1
