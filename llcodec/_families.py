"""The families of networks that weight files hold, each listed once.

To add an enhancer ``foo``:

1. Write ``llcodec/foo/`` (presets, network, and ``weights.py``, which is a few lines around
   :func:`llcodec._weight_files.write_network` and :func:`~llcodec._weight_files.read_network`;
   ``torch_engine.py`` and ``onnx_engine.py``, which run it on either engine).
2. Write ``llcodec/enhancing/foo.py`` with the class that enhances and its record ``FAMILY``
   (:class:`llcodec.enhancing.family.EnhancingFamily`).
3. Write ``llcodec/training/foo.py`` with the trainer and its record ``FAMILY``
   (:class:`llcodec.training.family.TrainingFamily`), and recipes in ``training/recipes/``.
4. Add one line to ``FAMILIES`` below. ``llc enhance``, ``llc models``, ``llc train export`` and the
   benchmarks find it there; ``llc train foo`` is a function in ``llcodec/cli``.

Importing this module costs nothing: the parts are named here and imported where they are needed,
so that inference never imports training.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["codec", "enhancer", "guide", "look"]
"""What a model is for. A codec may enhance as well; a guide only takes part in training. A look
changes how a codec decodes."""


@dataclass(frozen=True)
class Family:
    """One family of networks.

    Attributes:
        name: as commands and benchmarks call it.
        kind: what its models are for.
        format: the format that the cards of its weight files name.
        later_formats: further formats, for networks that the first one does not hold.
        enhancing: the module whose ``FAMILY`` tells how to enhance with it, if it can.
        training: the module whose ``FAMILY`` tells how to train and export it, if that is part of
            this package.
    """

    name: str
    kind: Kind
    format: str
    enhancing: str | None = None
    training: str | None = None
    later_formats: tuple[str, ...] = ()

    @property
    def formats(self) -> tuple[str, ...]:
        """All formats of its weight files."""
        return (self.format, *self.later_formats)


CODEC: Final = Family(
    "codec",
    "codec",
    "llcodec-model-1",
    enhancing="llcodec.enhancing.joint",
    training="llcodec.training.codec_run",
    later_formats=("llcodec-model-2",),
)
NERCO: Final = Family(
    "nerco",
    "enhancer",
    "llcodec-nerco-1",
    enhancing="llcodec.enhancing.nerco",
    training="llcodec.training.nerco_run",
)
SNR_AWARE: Final = Family(
    "snr-aware",
    "enhancer",
    "llcodec-snr-aware-1",
    enhancing="llcodec.enhancing.snr_aware",
    training="llcodec.training.snr_aware",
)
TEXT_GUIDE: Final = Family("text-guide", "guide", "llcodec-text-guide-1")
LOOK: Final = Family("look", "look", "llcodec-look-1", training="llcodec.training.look_run")

FAMILIES: Final = (CODEC, NERCO, SNR_AWARE, TEXT_GUIDE, LOOK)


def family_of(format: object) -> Family:
    """Return the family of weight files of a format.

    Raises:
        KeyError: if no family has this format.
    """
    for family in FAMILIES:
        if format in family.formats:
            return family
    raise KeyError(format)
