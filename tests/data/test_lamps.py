import numpy as np
import pytest

from llcodec.data.lamps import Lamp, Lighting, random_lighting

ROUND = Lamp(x=0.5, y=0.5, across=0.25, along=0.25, turn=0.0, edge=0.5)


def test_light_falls_from_lamp_to_shadow() -> None:
    light = Lighting((ROUND,), 0.1).on(81, 81)
    assert light.shape == (81, 81, 1)
    assert light.dtype == np.float32
    assert light[40, 40] == pytest.approx(1.0)
    assert light[0, 0] == light[40, 80] == pytest.approx(0.1)
    row = light[40, 40:, 0]
    assert (np.diff(row) <= 0).all()
    np.testing.assert_allclose(light[..., 0], light[..., 0].T, atol=1e-6)


def test_half_axes_are_shares_of_the_shorter_side_and_turn() -> None:
    oval = Lamp(x=0.5, y=0.5, across=0.4, along=0.1, turn=0.0, edge=0.01)
    lit = Lighting((oval,), 0.1).on(101, 201)[..., 0] > 0.9
    assert lit.any(0).sum() == pytest.approx(80, abs=3)
    assert lit.any(1).sum() == pytest.approx(20, abs=3)
    turned = Lamp(x=0.5, y=0.5, across=0.4, along=0.1, turn=np.pi / 2, edge=0.01)
    upright = Lighting((turned,), 0.1).on(101, 201)[..., 0] > 0.9
    assert upright.any(0).sum() == pytest.approx(20, abs=3)


def test_the_same_lighting_at_any_size() -> None:
    lighting = Lighting((ROUND, Lamp(0.1, 0.8, 0.3, 0.2, 0.7, 0.9)), 0.05)
    large, small = lighting.on(200, 300)[..., 0], lighting.on(100, 150)[..., 0]
    shrunk = large.reshape(100, 2, 150, 2).mean((1, 3))
    np.testing.assert_allclose(small, shrunk, atol=0.05)


def test_light_on_a_crop_is_that_of_the_whole_picture() -> None:
    lighting = random_lighting(np.random.default_rng(2))
    whole = lighting.on(60, 90)
    rows = np.arange(20, 50, dtype=np.float32) + 0.5
    columns = np.arange(33, 90, dtype=np.float32) + 0.5
    np.testing.assert_allclose(lighting.at(rows, columns, 60, 90), whole[20:50, 33:], atol=1e-6)


def test_random_lighting_repeats_and_leaves_some_of_each() -> None:
    first, again = (random_lighting(np.random.default_rng(4)) for _ in range(2))
    assert first == again
    shares = []
    for seed in range(60):
        lighting = random_lighting(np.random.default_rng(seed))
        assert 1 <= len(lighting.lamps) <= 5
        assert 1 / 50 <= lighting.shadow <= 1 / 5
        light = lighting.on(60, 90)
        assert light.min() >= lighting.shadow * 0.999
        assert light.max() <= 1
        shares.append(float((light > 0.5).mean()))
    assert 0.05 < np.mean(shares) < 0.6
