"""What enhancers are called when nobody gives a path; importing this costs nothing."""

from typing import Final

JOINT: Final = "joint"
"""Stands for the codec that encodes unless told otherwise."""

DEFAULT_ENHANCER: Final = JOINT
"""The enhancer of those who name none."""
