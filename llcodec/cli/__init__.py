"""The command ``llc``: one file per command; heavy imports happen inside commands.

Internal: names may change from one release to the next.
"""

from llcodec.cli._main import main

__all__ = ["main"]
