"""The two prompts of text guidance (NeRCo, section 3.3)."""

from dataclasses import dataclass

LOW, HIGH = 0, 1  # columns of the cosines


@dataclass(frozen=True)
class Prompts:
    """The prompts for dark and for bright pictures; by default those of the paper."""

    low: str = "low-light image"
    high: str = "high-light image"
