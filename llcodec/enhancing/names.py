"""What enhancers are called when nobody gives a path; importing this costs nothing."""

from typing import Final

JOINT: Final = "joint"
"""Stands for the default codec."""

DEFAULT_ENHANCER: Final = JOINT
"""The enhancer of those who name none."""
