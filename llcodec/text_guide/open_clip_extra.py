"""Import open_clip, which an extra brings."""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llcodec._extras import names_extra
from llcodec._torchvision import import_torchvision


def require_open_clip() -> Any:
    """Return the module open_clip.

    Raises InputError, which names the extra, if it is not installed.
    """
    with names_extra("open_clip", "clip"):
        import_torchvision()
        return importlib.import_module("open_clip")


@contextmanager
def hushed() -> Iterator[None]:
    """Keep open_clip and its downloads from writing to stderr, so that errors appear only once."""
    root, before = logging.getLogger(), logging.root.manager.disable
    nowhere = logging.NullHandler()  # without a handler, logging.error would add its own
    root.addHandler(nowhere)
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        root.removeHandler(nowhere)
