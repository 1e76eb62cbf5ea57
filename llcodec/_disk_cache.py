"""Cache results on disk, each under a hash of everything that decides it.

Entries appear complete or not at all, so processes can share a folder. A damaged entry counts as
missing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from llcodec._outputs import atomic_write

Value = TypeVar("Value")
# What parsing a damaged entry may raise.
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError)


def cache_key(facts: object, *contents: bytes) -> str:
    """Return the key of a result: 64 hexadecimal digits, equal for equal arguments only.

    Args:
        facts: what decides the result, as JSON. Include versions and checksums.
        contents: further bytes that decide it.
    """
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode() + b"\n")
    for content in contents:
        key.update(content)
    return key.hexdigest()


@dataclass(frozen=True)
class DiskCache:
    """A folder of entries: values as JSON, or bytes with facts about them.

    Raises:
        OutputError: by all methods that write, if an entry cannot be written.
    """

    folder: Path

    def read(self, key: str, parse: Callable[[Any], Value]) -> Value | None:
        """Return the stored value, or None.

        Args:
            key: of the entry, see :func:`cache_key`.
            parse: converts the parsed JSON to the value; ValueError, LookupError, TypeError and
                AttributeError mean that the entry is damaged.
        """
        try:
            return parse(json.loads(self._path(key, "json").read_bytes()))
        except (OSError, *_DAMAGED):
            return None

    def write(self, key: str, stored: object) -> None:
        """Store a value that JSON can represent."""
        with atomic_write(self._path(key, "json")) as partial:
            partial.write_text(json.dumps(stored), "utf-8")

    def read_bytes(
        self, key: str, parse: Callable[[bytes, Mapping[str, Any]], Value]
    ) -> Value | None:
        """Return what ``parse`` returns for the bytes and the facts stored with them, or None."""
        try:
            head, _, data = self._path(key, "run").read_bytes().partition(b"\n")
            facts = json.loads(head)
            if facts.pop("sha256") != hashlib.sha256(data).hexdigest():
                return None
            return parse(data, facts)
        except (OSError, *_DAMAGED):
            return None

    def write_bytes(self, key: str, data: bytes, facts: Mapping[str, Any]) -> None:
        """Store bytes, after a line of JSON with facts about them and their SHA-256."""
        head = json.dumps({**facts, "sha256": hashlib.sha256(data).hexdigest()})
        with atomic_write(self._path(key, "run")) as partial:
            partial.write_bytes(head.encode() + b"\n" + data)

    def _path(self, key: str, suffix: str) -> Path:
        return self.folder / key[:2] / f"{key}.{suffix}"
