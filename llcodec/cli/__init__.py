"""The command ``llc``: one file per command; heavy imports happen inside commands."""

from llcodec.cli._main import main

__all__ = ["main"]
