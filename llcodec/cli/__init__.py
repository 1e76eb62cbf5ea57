"""The command ``llc``: one file a command, and nothing heavy imported before it runs."""

from llcodec.cli._main import main

__all__ = ["main"]
