from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from llcodec._disk_cache import DiskCache, cache_key
from llcodec.errors import OutputError


def with_facts(data: bytes, facts: Mapping[str, Any]) -> tuple[bytes, int]:
    return data, int(facts["count"])


def test_keys_are_equal_for_equal_arguments_only() -> None:
    keys = [
        cache_key({"a": 1, "b": 2}),
        cache_key({"a": 1, "b": 3}),
        cache_key({"a": 1, "b": 2}, b"x"),
        cache_key({"a": 1, "b": 2}, b"y"),
        cache_key(["a"]),
    ]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)
    assert cache_key({"b": 2, "a": 1}, b"x") == keys[2]


def test_values_come_back(tmp_path: Path) -> None:
    cache, key = DiskCache(tmp_path), cache_key("a")
    assert cache.read(key, int) is None
    cache.write(key, 7)
    assert DiskCache(tmp_path).read(key, int) == 7
    assert cache.read(cache_key("b"), int) is None


@pytest.mark.parametrize("data", [b"", b"\n", b"a picture\nand more\0"])
def test_bytes_come_back_with_their_facts(tmp_path: Path, data: bytes) -> None:
    cache, key = DiskCache(tmp_path), cache_key("a")
    assert cache.read_bytes(key, with_facts) is None
    cache.write_bytes(key, data, {"count": 3})
    assert DiskCache(tmp_path).read_bytes(key, with_facts) == (data, 3)


def test_values_and_bytes_are_apart(tmp_path: Path) -> None:
    cache, key = DiskCache(tmp_path), cache_key("a")
    cache.write_bytes(key, b"x", {"count": 3})
    assert cache.read(key, str) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b'{"count": 3}', b"\xff\xfe", b"[]"])
def test_damaged_entries_count_as_missing(tmp_path: Path, damage: bytes) -> None:
    cache, key = DiskCache(tmp_path), cache_key("a")
    cache.write(key, {"value": 7})
    cache.write_bytes(key, b"x", {"count": 3})
    for file in tmp_path.rglob(f"{key}.*"):
        file.write_bytes(damage)
    assert cache.read(key, lambda stored: stored["value"]) is None
    assert cache.read_bytes(key, with_facts) is None


def test_changed_bytes_count_as_missing(tmp_path: Path) -> None:
    cache, key = DiskCache(tmp_path), cache_key("a")
    cache.write_bytes(key, b"xyz", {"count": 3})
    (file,) = tmp_path.rglob("*.run")
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.read_bytes(key, with_facts) is None


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError):
        DiskCache(tmp_path / "file").write(cache_key("a"), 7)
