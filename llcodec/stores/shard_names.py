"""The shards that a pattern as WebDataset writes it stands for."""

import glob
import re
from collections.abc import Callable, Iterator
from typing import Final

from llcodec._extras import require
from llcodec.errors import InputError
from llcodec.stores.store import Entry, Store, open_store

SHARD: Final = ".tar"
_BRACES: Final = re.compile(r"\{[^{}]*(\.\.|,)[^{}]*\}")


def list_shards(pattern: str) -> list[tuple[Store, Entry]]:
    """Return the shards of ``shard-{000000..000999}.tar``, of a glob, or of one URL.

    Sizes are known only where a glob was listed; whether other shards exist is not checked.

    Raises:
        InputError: when no file matches, or the store cannot be read.
    """
    expand: Callable[[str], Iterator[str]] = require("braceexpand", "scale").braceexpand
    urls = list(expand(pattern)) if _BRACES.search(pattern) else [pattern]
    found: list[tuple[Store, Entry]] = []
    for url in urls:
        store, path = open_store(url)
        if glob.has_magic(path) and store.find(path) is None:
            found.extend((store, entry) for entry in store.matches(path))
        else:
            found.append((store, Entry(path, None, folder=False)))
    if not found:
        raise InputError(f"{pattern}: no file matches")
    return found
