from dataclasses import asdict, fields

from llcodec.nerco.loss_weights import NercoLossWeights, paper_loss_weights
from llcodec.nerco.losses import GeneratorLosses


def test_defaults_are_the_released_weights() -> None:
    weights = NercoLossWeights()
    assert (weights.normalisation, weights.consistency, weights.identity) == (40, 10, 5)
    assert weights.edges == weights.text == weights.cooperative == 0.5
    assert weights.adversarial == 1
    assert weights.normalised_adversarial == 2  # the released training adds the term twice


def test_the_paper_weighs_its_terms_alike_and_has_no_others() -> None:
    weights = asdict(paper_loss_weights())
    absent = {"identity", "normalised_adversarial", "restoration", "perceptual"}
    assert {k for k, v in weights.items() if v == 0} == absent
    assert all(v == 1 for k, v in weights.items() if k not in absent)


def test_every_term_has_a_weight() -> None:
    names = [[f.name for f in fields(c)] for c in (NercoLossWeights, GeneratorLosses)]
    assert names[0] == names[1]
