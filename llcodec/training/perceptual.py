"""LPIPS as a loss: which network trainings use, and how its weights are given."""

from pathlib import Path

from llcodec.metrics.perceptual import MetricChoice, PerceptualMetric

LPIPS = "lpips-squeeze"  # the smallest of its networks: a step must not cost twice as much


def load_lpips(weights: Path | None) -> PerceptualMetric:
    """Load LPIPS from a file with the weights of SqueezeNet 1.1, or download them.

    Raises:
        InputError: if the extra ``perceptual`` is not installed.
        UnknownModelError: if the weights cannot be found or downloaded.
        BrokenModelError: if they are not those of the network.
    """
    return MetricChoice(LPIPS, weights).load("--lpips FILE")
