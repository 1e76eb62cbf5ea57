"""Default names of enhancers; importing this module costs nothing."""

from typing import Final

JOINT: Final = "joint"
"""The name of the default codec as an enhancer."""

DEFAULT_ENHANCER: Final = JOINT
"""The default enhancer."""
