"""The command ``llc``: one module per command; heavy imports happen when a command runs."""

from llcodec.cli._main import main

__all__ = ["main"]
