"""llcodec: a learned codec that makes dark photographs small and bright."""

from llcodec._version import __version__

__all__ = ["__version__"]
