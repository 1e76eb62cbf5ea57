from io import BytesIO
from pathlib import Path

import pytest

from llcodec.errors import InputError
from llcodec.stores import streaming
from llcodec.stores.shard_names import list_shards
from llcodec.stores.store import open_store
from llcodec.stores.streaming import read_samples
from tests.shards import write_shard

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("webdataset")]
MEMBERS = {f"{key}.{kind}": f"{key} {kind}".encode() for key in "abcd" for kind in ("low", "HIGH")}


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    return write_shard(tmp_path / "a.tar", MEMBERS)


def test_samples_are_members_that_share_a_key(shard: Path) -> None:
    samples = list(read_samples(str(shard)))
    assert [sample["__key__"] for sample in samples] == list("abcd")
    assert (samples[1]["low"], samples[1]["high"]) == (b"b low", b"b HIGH")
    assert list(read_samples(str(shard), 2)) == samples[2:]
    assert list(read_samples(str(shard), 4)) == []


class Breaking(BytesIO):
    """A connection that breaks after some bytes."""

    def __init__(self, data: bytes, last: int) -> None:
        super().__init__(data)
        self._last = last

    def read(self, size: int | None = -1) -> bytes:
        """Read, or fail."""
        if self.tell() >= self._last:
            raise ConnectionResetError("the connection broke")
        return super().read(size)


def test_a_broken_connection_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = write_shard(tmp_path / "a.tar", {f"{key}.png": key.encode() * 30_000 for key in "abcd"})
    whole, data, store = list(read_samples(str(shard))), shard.read_bytes(), open_store("/")[0]
    opened = list[Breaking]()

    def opening(path: str, mode: str) -> Breaking:
        opened.append(Breaking(data, 40_000 * (len(opened) + 1)))
        return opened[-1]

    monkeypatch.setattr(streaming, "_WAIT", 0)
    monkeypatch.setattr(store.fs, "open", opening)
    assert list(read_samples(str(shard))) == whole
    assert len(opened) == 3


def test_what_cannot_be_read_is_one_line(shard: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^/.*none\.tar: no such file or folder$"):
        list(read_samples(str(tmp_path / "none.tar")))
    shard.write_bytes(shard.read_bytes()[:2600])
    with pytest.raises(InputError, match=r"^/.*a\.tar: the shard is damaged: unexpected end"):
        list(read_samples(str(shard)))
    shard.write_bytes(b"no tar file" * 100)
    with pytest.raises(InputError, match=r"^/.*a\.tar: the shard is damaged: invalid header"):
        list(read_samples(str(shard)))


def test_patterns_stand_for_shards(tmp_path: Path) -> None:
    for number in range(3):
        write_shard(tmp_path / f"s-{number}.tar", MEMBERS)
    for pattern in ("s-{0..2}.tar", "s-*.tar"):
        assert [entry.name for _, entry in list_shards(f"{tmp_path}/{pattern}")] == [
            "s-0.tar",
            "s-1.tar",
            "s-2.tar",
        ]
    with pytest.raises(InputError, match="no file matches"):
        list_shards(f"{tmp_path}/t-*.tar")
