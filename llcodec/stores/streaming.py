"""Samples of WebDataset shards, one after the other, from any store."""

import tarfile
import time
from collections.abc import Iterator
from typing import Any, Final

from llcodec._extras import require
from llcodec.errors import InputError
from llcodec.stores.retrying import ATTEMPTS, is_temporary
from llcodec.stores.store import open_store

Sample = dict[str, Any]
"""``__key__``, and the bytes of each member under its suffix in lower case, without the dot."""

_WAIT: Final = 0.5  # seconds; twice as long after each failure in a row


def read_samples(url: str, start: int = 0) -> Iterator[Sample]:
    """Yield the samples of a shard from number ``start`` on; one is in memory at a time.

    A connection that breaks is opened again, and continues with the same sample.

    Raises:
        InputError: when the shard cannot be read, or is damaged. The message names it.
    """
    failures = 0
    while True:
        try:
            for number, sample in enumerate(_samples(url)):
                if number < start:
                    continue
                yield sample
                start, failures = number + 1, 0
            return
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise InputError(f"{url}: the shard is damaged: {_line(error)}") from error
        except FileNotFoundError:
            raise InputError(f"{url}: no such file or folder") from None
        except InputError as error:
            raise InputError(f"{url}: {error}") from error
        except Exception as error:
            failures += 1
            if failures >= ATTEMPTS or not is_temporary(error):
                raise InputError(f"{url}: cannot be read: {_line(error)}") from error
            time.sleep(_WAIT * 2 ** (failures - 1))


def _samples(url: str) -> Iterator[Sample]:
    """Yield the samples as WebDataset reads them."""
    reader = require("webdataset.tariterators", "scale")
    store, path = open_store(url)
    with store.fs.open(path, "rb") as stream:
        yield from reader.group_by_keys(reader.tar_file_expander([{"url": url, "stream": stream}]))


def _line(error: BaseException) -> str:
    said = str(error.args[0]) if error.args else ""
    return " ".join(said.partition(" @ ")[0].split()) or type(error).__name__
