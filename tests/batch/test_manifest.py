import json
from pathlib import Path

import pytest

from llcodec._operations import Decoding, Encoding
from llcodec.batch import manifest
from llcodec.batch.job_file import check_same, describe
from llcodec.batch.manifest import ManifestWriter, Row, Whole, has_manifest, read_done, read_failed
from llcodec.batch.tasks import Settings
from llcodec.errors import InputError

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("pyarrow")]
HASH = "0123456789abcdef" * 4


def good(source: str, size: int = 7) -> Row:
    return Row(source, f"{source}.llc", bytes_in=100, bytes_out=size, sha256=HASH)


def write(folder: Path, *rows: Row) -> None:
    writer = ManifestWriter(str(folder))
    for row in rows:
        writer.add(row)
    writer.close()


def test_what_is_done_is_known(tmp_path: Path) -> None:
    write(tmp_path, good("a"), Row("b", "b.llc", error="broken"), good("é"))
    done = read_done(str(tmp_path))
    assert done.find("a") == Whole(100, 7, HASH)
    assert done.find("é") == Whole(100, 7, HASH)
    assert done.find("b") is None
    assert done.find("c") is None


def test_names_that_are_not_utf8_are_escaped(tmp_path: Path) -> None:
    write(tmp_path, Row("a\udce9", error="no"))
    assert [row.source for row in read_failed(str(tmp_path))] == ["a\\udce9"]


def test_the_last_row_counts(tmp_path: Path) -> None:
    write(tmp_path, good("a"), Row("b", "b.llc", error="broken"))
    write(tmp_path, Row("a", "a.llc", error="worse"), good("b", 9))
    done = read_done(str(tmp_path))
    assert done.find("a") is None
    assert done.find("b") == Whole(100, 9, HASH)
    assert [row.source for row in read_failed(str(tmp_path))] == ["a"]


def test_a_member_that_failed_stands_for_its_shard(tmp_path: Path) -> None:
    bad = [Row("s.tar", "t.tar", f"{i}.llc", error="broken") for i in range(2)]
    write(tmp_path, *bad, Row("s.tar", "t.tar", "ok.llc"), good("s.tar"))
    assert list(read_failed(str(tmp_path))) == [Row("s.tar", "t.tar", error="broken")]
    assert read_done(str(tmp_path)).find("s.tar") is not None
    write(tmp_path, *(Row("s.tar", "t.tar", f"{i}.llc") for i in range(2)))
    assert list(read_failed(str(tmp_path))) == []


def test_nothing_is_done_without_a_manifest(tmp_path: Path) -> None:
    folder = str(tmp_path / "none")
    assert not has_manifest(folder)
    assert read_done(folder).find("a") is None
    with pytest.raises(InputError, match="no manifest of a job"):
        list(read_failed(folder))


def test_full_and_old_parts_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("llcodec.batch.manifest.time.monotonic", lambda: now[0])
    monkeypatch.setattr(manifest, "_ROWS", 3)
    writer = ManifestWriter(str(tmp_path))
    for name in "abcd":
        writer.add(good(name))
    assert len(list(tmp_path.glob("*.parquet"))) == 1
    now[0] = 19.0
    writer.end_part_if_due()
    assert len(list(tmp_path.glob("*.parquet"))) == 1
    now[0] = 21.0
    writer.end_part_if_due()
    assert len(list(tmp_path.glob("*.parquet"))) == 2
    assert read_done(str(tmp_path)).find("d") is not None
    writer.close()
    assert len(list(tmp_path.glob("*.parquet"))) == 2


def test_a_damaged_part_is_reported(tmp_path: Path) -> None:
    write(tmp_path, good("a"))
    [part] = tmp_path.glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        read_done(str(tmp_path))


def test_another_job_is_not_gone_on_with(tmp_path: Path) -> None:
    def settings(quality: float) -> Settings:
        return Settings(Encoding(quality=quality), frozenset({".png"}), suffix=".llc")

    folder = str(tmp_path)
    check_same(folder, settings(4))
    describe(folder, "in", settings(4))
    check_same(folder, settings(4))
    assert json.loads((tmp_path / "job.json").read_text())["source"] == "in"
    with pytest.raises(InputError, match=r"\(quality: 4, not 5\)"):
        check_same(folder, settings(5))
    with pytest.raises(InputError, match="operation: Encoding, not Decoding"):
        check_same(folder, Settings(Decoding(), frozenset()))
    (tmp_path / "job.json").write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        check_same(folder, settings(4))
