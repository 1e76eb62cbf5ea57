import numpy as np
import pytest

from llcodec.metrics.ssimulacra2 import ssimulacra2


def test_equal_images_have_100_and_noise_has_less() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (96, 128, 3), np.uint8)
    assert ssimulacra2(picture, picture) == pytest.approx(100)
    scores = []
    for noise in (4, 30):
        noisy = picture + rng.normal(0, noise, picture.shape)
        scores.append(ssimulacra2(noisy.clip(0, 255).astype(np.uint8), picture))
    assert 100 > scores[0] > scores[1]
