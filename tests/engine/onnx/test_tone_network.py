"""The cells of a picture are those of PyTorch's adaptive pooling."""

import numpy as np
import torch
from torch.nn import functional as F

from llcodec.engine.onnx.tone_network import cell_shares


def test_cells_are_means_of_the_features_that_they_touch() -> None:
    features = np.random.default_rng(0).random((5, 7, 10), np.float32)
    wanted = F.adaptive_avg_pool2d(torch.from_numpy(features), (4, 6)).numpy()
    found = features.reshape(5, 70) @ cell_shares().T
    np.testing.assert_allclose(found.reshape(5, 4, 6), wanted, rtol=1e-6)
