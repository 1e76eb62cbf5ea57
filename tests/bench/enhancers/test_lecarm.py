import numpy as np
import pytest

from llcodec.bench.enhancers.lecarm import Lecarm

pytest.importorskip("skimage", reason="scikit-image is an extra")

VALUES = np.linspace(0, 1, 256)


def response(light: np.ndarray, n: float = 0.90, sigma: float = 0.60) -> np.ndarray:
    """The paper's sigmoid camera response."""
    return np.asarray((1 + sigma) * light**n / (light**n + sigma))


@pytest.mark.parametrize("ratio", [1.0, 1.7, 7.0])
def test_exposure_is_light_through_the_camera_response(ratio: float) -> None:
    light = np.linspace(0, 1, 50)
    exposed = Lecarm().exposed(response(light), np.array(ratio))
    np.testing.assert_allclose(exposed, response(ratio * light), atol=1e-12)


def test_exposures_add_up() -> None:
    twice = Lecarm().exposed(Lecarm().exposed(VALUES / 4, np.array(2.0)), np.array(3.0))
    np.testing.assert_allclose(twice, Lecarm().exposed(VALUES / 4, np.array(6.0)), atol=1e-12)


def test_flat_light_is_exposed_by_its_inverse_and_by_7_at_most() -> None:
    for level, ratio in ((102, 255 / 102), (20, 7.0)):
        pixels = np.full((20, 30, 3), (level, level // 2, 0), np.uint8)
        expected = Lecarm().exposed(pixels[0, 0] / 255, np.array(ratio)) * 255
        assert np.abs(Lecarm().enhance(pixels)[10, 15] - expected).max() <= 1
