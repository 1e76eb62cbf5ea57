"""The parts of NeRCo that are used: the five settings of the ablation of the paper (Table 2)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NercoSwitches:
    """The parts that can be left out; the dual loop and its colour discriminators cannot.

    ``normalisation`` is NRN. ``cooperation`` is the mask extractor with the cooperative loss.
    ``edges`` is the high-frequency path of the discriminators and ``text`` the text-driven one:
    with both, the discriminator is TAD of the paper. Without ``coordinates``, every pixel has the
    coordinates of the centre, as in the authors' released code; the paper has no such setting.
    """

    normalisation: bool = True
    coordinates: bool = True
    cooperation: bool = True
    edges: bool = True
    text: bool = True


# Table 2 and section 4.3. "#2" already has the edge path, but no text.
ABLATION_1 = NercoSwitches(normalisation=False, cooperation=False, edges=False, text=False)
ABLATION_2 = NercoSwitches(normalisation=False, text=False)
ABLATION_3 = NercoSwitches(normalisation=False)
ABLATION_4 = NercoSwitches(text=False)
ABLATION_5 = NercoSwitches()
ABLATIONS = (ABLATION_1, ABLATION_2, ABLATION_3, ABLATION_4, ABLATION_5)
