import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llcodec._operations import Decoding, Encoding, Enhancing, Operation
from llcodec.batch import manifest
from llcodec.batch.job_file import check_same, describe
from llcodec.batch.manifest import ManifestWriter, Row, Whole, has_manifest, read_done, read_failed
from llcodec.batch.tasks import Settings
from llcodec.codec.encoder import TILE_SIZE
from llcodec.codec.models import DEFAULT_MODEL
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


@pytest.mark.parametrize(
    ("operation", "format", "same", "same_format", "other"),
    [
        (
            Encoding(),
            None,
            Encoding(model=DEFAULT_MODEL, quality=4.0, tile_size=TILE_SIZE),
            None,
            {},
        ),
        (Encoding(target_bpp=1.0), None, Encoding(target_bpp=1.0), None, {"quality": 4.0}),
        (Decoding(), None, Decoding(), ".PNG", {"output_quality": 95}),
        (Decoding(), "jpg", Decoding(output_quality=95), "jpg", {"output_quality": 90}),
        (Enhancing("joint"), "avif", Enhancing("joint", output_quality=90), "avif", {"model": "a"}),
    ],
)
def test_defaults_are_the_same_whether_they_are_given_or_not(
    operation: Operation,
    format: str | None,
    same: Operation,
    same_format: str | None,
    other: dict[str, Any],
    tmp_path: Path,
) -> None:
    first, second = (
        Settings(operation, frozenset(), format=format),
        Settings(same, frozenset(), format=same_format),
    )
    changed: Operation = replace(operation, **(other or {"tile_size": 64}))
    for number, (before, after) in enumerate(((first, second), (second, first))):
        folder = str(tmp_path / str(number))
        describe(folder, "in", before)
        check_same(folder, after)
        with pytest.raises(InputError, match="other options"):
            check_same(folder, replace(before, operation=changed))


def test_a_job_of_an_earlier_version_goes_on_with_its_defaults(tmp_path: Path) -> None:
    settings = Settings(Encoding(quality=4.0), frozenset())
    describe(str(tmp_path), "in", settings)
    file = tmp_path / "job.json"
    file.write_text(file.read_text().replace('"quality": 4.0', '"quality": null'))
    assert json.loads(file.read_text())["options"]["quality"] is None
    check_same(str(tmp_path), settings)
