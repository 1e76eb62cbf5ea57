"""Numbers that belong to the trained networks, whatever library runs them."""

from typing import Final

from llcodec._bitstream import LEAKY_SLOPE_DENOMINATOR, LEAKY_SLOPE_NUMERATOR

LEAKY_SLOPE: Final = LEAKY_SLOPE_NUMERATOR / LEAKY_SLOPE_DENOMINATOR
"""A fraction of 2**16, so that the integer networks can apply exactly the same function."""

ADAPTATION_GAIN: Final = 4.0
"""Lets γ of a bounded feature adaptation move away from zero as fast as the features around it."""

THUMBNAIL_SIZE: Final = (100, 150)
"""Height and width of what tone networks see of a picture."""

TONE_WIDTH: Final = 32
"""Channels inside a tone network."""

MOST_TOE: Final = 0.3
"""The largest toe that a network predicts."""

LEAST_KNEE: Final = 0.1
MOST_KNEE: Final = 0.9
"""The knees that a network predicts."""

TOE_START: Final = -4.0
KNEE_START: Final = -3.0
"""What is added to the outputs of a tone network before their sigmoid."""

MOST_EXPOSURE: Final = 2.0
"""The largest natural logarithm of an exposure, before their mean is subtracted."""

FADE_BRIGHT: Final = 0.1
FADE_DARK: Final = 0.4
"""Natural logarithms of the predicted brightening up to which, and from which on, a tone curve is
applied not at all and as a whole."""

UNDONE: Final = 0.6
"""The share of the height of the fixed shoulder that is undone exactly; beyond it errors would grow
more than 6-fold."""

ROBUST_HALF: Final = 10.0
"""Luma over noise at which the robust SNR map is 1/2. LOL's dark pictures have a median of 10."""

LEAST_NOISE: Final = 1e-4
"""What is added to noise, so that nothing is divided by zero."""

ATTENTION_HEADS: Final = 4
"""Heads of the pooled attention."""

LEAST_WEIGHT: Final = 1e-2
"""What is added to the SNR of a token of the pooled attention before its logarithm is taken."""

PATCH: Final = 4
"""Positions a side of the patches that are tokens of the published attention."""

SNR_THRESHOLD: Final = 0.5
"""Patches whose mean SNR is not above it are masked as keys."""

MASKED_SCORE: Final = -1e9
"""The score of a masked key."""

PATCH_NORM_EPS: Final = 1e-6
"""The ε of the layer normalisations of the published attention."""

GDN_PEDESTAL: Final = 2.0**-36
"""Keeps the gradient of v² alive where v, a parameter of GDN, is close to zero."""

GDN_LEAST_BETA: Final = 1e-6
"""The least β of GDN."""

CHENG_LOCAL_BLOCKS: Final = (2, 1)
"""Residual blocks of the local path of the published SNR-aware branch, at each of its stages."""

HYPER_STRIDES: Final = (1, 1, 2, 1, 2)
"""The strides of the convolutions of the published hyper-analysis."""
