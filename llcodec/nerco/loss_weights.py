"""Weights of the losses: those of the authors' released training, and those of the paper."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NercoLossWeights:
    """The weight of each term of Eq. 15; the defaults are those of the released training.

    Two terms of the released training are not in the paper: ``identity`` (G_H does not change
    bright pictures, G_L does not change dark ones), and ``normalised_adversarial`` (the normalised
    picture should seem dark; it counts twice there). One term of the paper is not in the released
    training: ``inspected_edges``, which also inspects pseudo pictures by the edge path (Eq. 13).
    ``restoration`` and ``perceptual`` are in neither: both compare bright pictures, darkened by a
    model of a camera and restored, with what they were; the second by a perceptual distance.
    """

    normalisation: float = 40.0
    normalised_adversarial: float = 2.0
    adversarial: float = 1.0
    edges: float = 0.5
    text: float = 0.5
    consistency: float = 10.0
    identity: float = 5.0
    cooperative: float = 0.5
    inspected_edges: float = 0.0
    restoration: float = 0.0
    perceptual: float = 0.0


def paper_loss_weights() -> NercoLossWeights:
    """Return the weights of Eq. 15: 1 for each term of the paper, 0 for all others."""
    return NercoLossWeights(
        normalisation=1.0,
        normalised_adversarial=0.0,
        adversarial=1.0,
        edges=1.0,
        text=1.0,
        consistency=1.0,
        identity=0.0,
        cooperative=1.0,
        inspected_edges=1.0,
    )
