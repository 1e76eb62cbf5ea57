import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from llcodec.data.pairs import read_pairs, read_photographs
from llcodec.data.prepare import Prepared, PrepareOptions, prepare
from llcodec.data.registry import check, find
from llcodec.errors import InputError, OutputError, OutputExistsError

Make = Callable[..., np.ndarray]


def lol(root: Path, make: Make, ids: tuple[int, ...] = (2, 5, 6, 9)) -> Path:
    for number in ids:
        for seed, folder in enumerate(("our485/low", "our485/high")):
            make(root / folder / f"{number}.png", seed=10 * number + seed)
    for folder in ("eval15/low", "eval15/high"):
        make(root / folder / "1.png")
    return root


def sid(root: Path, make: Make, suffix: str = ".npy", scenes: tuple[str, ...] = ()) -> Path:
    for seed, scene in enumerate(scenes or ("00001", "10003", "20108")):
        for exposure in ("0.04s", "0.1s"):
            make(root / f"short_sid2/{scene}/{scene}_00_{exposure}{suffix}", seed)
        make(root / f"long_sid2/{scene}/{scene}_00_10s{suffix}", seed + 100)
    return root


def run(name: str, root: Path, out: Path | None = None, **options: object) -> Prepared:
    return prepare(PrepareOptions(find(name), root, out, **options))  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_pictures_in_place_get_a_table(tmp_path: Path, make_picture: Make) -> None:
    root = lol(tmp_path, make_picture)
    before = files(root)
    prepared = run("lol", root)
    assert (prepared.folder, prepared.written, prepared.problems) == (root, 0, ())
    assert files(root) == sorted([*before, "pairs.csv"])
    assert (root / "pairs.csv").read_text().splitlines()[:2] == [
        "id,split,scene,low,high",
        "2,train,2,our485/low/2.png,our485/high/2.png",
    ]
    assert [p.name for p in read_pairs(root, "train")] == ["2", "5", "6", "9"]
    assert [p.name for p in read_pairs(root, "test")] == ["1"]


def test_a_prepared_folder_below_the_root_keeps_its_table_there(
    tmp_path: Path, make_picture: Make
) -> None:
    root = lol(tmp_path / "lol", make_picture)
    run("lol", root)
    prepared = run("lol", tmp_path, val=2, force=True)
    assert prepared.folder == root
    assert not (tmp_path / "pairs.csv").exists()
    assert len(read_pairs(root, "val")) == 2


def test_arrays_become_pairs_that_the_loader_reads(tmp_path: Path, make_array: Make) -> None:
    root, out = sid(tmp_path / "in", make_array), tmp_path / "out"
    prepared = run("sid", root, out, threads=2)
    assert (prepared.written, prepared.problems) == (9, ())
    assert files(out)[-2:] == ["pairs.csv", "prepared.json"]
    assert len(files(out)) == 9 + 2
    pairs = read_pairs(out, "train")
    assert [p.name for p in pairs] == [
        f"{s}_00_{e}" for s in ("00001", "20108") for e in ("0.04s", "0.1s")
    ]
    stored = np.load(root / "short_sid2/00001/00001_00_0.1s.npy")
    np.testing.assert_array_equal(pairs[1].low, stored[..., ::-1])
    stored = np.load(root / "long_sid2/00001/00001_00_10s.npy")
    np.testing.assert_array_equal(pairs[1].high, stored[..., ::-1])
    assert len(read_pairs(out, "test")) == 2
    found = check(find("sid"), out)
    assert found.found == {"train": 4, "test": 2}
    assert all(p.where.startswith("split") for p in found.problems)  # only the numbers differ


def test_raw_files_are_developed(tmp_path: Path, make_raw: Callable[..., None]) -> None:
    pytest.importorskip("rawpy")
    make_raw(tmp_path / "in/short/10003_00_0.1s.ARW", 24, 32)
    make_raw(tmp_path / "in/long/10003_00_10s.ARW", 24, 32)
    prepared = run("sid", tmp_path / "in", tmp_path / "out", size=(16, 12))
    assert (prepared.written, prepared.problems) == (2, ())
    [pair] = read_pairs(tmp_path / "out", "test")
    assert pair.low.shape == pair.high.shape == (12, 16, 3)


def test_raw_files_need_the_extra(
    tmp_path: Path, make_raw: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_raw(tmp_path / "in/short/10003_00_0.1s.ARW")
    make_raw(tmp_path / "in/long/10003_00_10s.ARW")
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(InputError, match=r"llcodec\[raw\]"):
        run("sid", tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_broken_file_costs_its_pairs_alone(tmp_path: Path, make_array: Make) -> None:
    root, out = sid(tmp_path / "in", make_array), tmp_path / "out"
    (root / "short_sid2/00001/00001_00_0.1s.npy").write_bytes(b"broken")
    (root / "long_sid2/20108/20108_00_10s.npy").write_bytes(b"broken")
    (root / "short_sid2/10003/10003_00_0.04s.npy").unlink()
    make_array(root / "short_sid2/10003/10003_00_0.04s.npy", size=(9, 9))
    prepared = run("sid", root, out)
    assert [p.where for p in prepared.problems] == [
        "short_sid2/00001/00001_00_0.1s.npy",
        "long_sid2/20108/20108_00_10s.npy",
        "low/10003/10003_00_0.04s.png",
    ]
    assert "9×9" in str(prepared.problems[2])
    assert [p.name for p in read_pairs(out, "train")] == ["00001_00_0.04s"]
    assert [p.name for p in read_pairs(out, "test")] == ["10003_00_0.1s"]


def test_a_second_run_completes_the_first(tmp_path: Path, make_array: Make) -> None:
    root, out = sid(tmp_path / "in", make_array), tmp_path / "out"
    broken = root / "short_sid2/00001/00001_00_0.1s.npy"
    whole = broken.read_bytes()
    broken.write_bytes(b"broken")
    run("sid", root, out)
    kept = {name: (out / name).stat().st_mtime_ns for name in files(out) if name.endswith("png")}
    broken.write_bytes(whole)
    prepared = run("sid", root, out)
    assert (prepared.written, prepared.problems) == (1, ())
    assert {name: (out / name).stat().st_mtime_ns for name in kept} == kept
    assert len(read_pairs(out, "train")) == 4
    assert run("sid", root, out).written == 0


def test_another_size_needs_another_folder(tmp_path: Path, make_array: Make) -> None:
    root, out = sid(tmp_path / "in", make_array), tmp_path / "out"
    run("sid", root, out, size=(3, 2))
    assert read_pairs(out, "test")[0].low.shape == (2, 3, 3)
    run("sid", root, out, size=(3, 2))
    for size in (None, (2, 3)):
        with pytest.raises(InputError, match="other sizes"):
            run("sid", root, out, size=size)


def test_pictures_are_copied_and_sized(tmp_path: Path, make_picture: Make) -> None:
    root = lol(tmp_path / "in", make_picture, ids=(2,))
    assert run("lol", root, tmp_path / "copy").written == 4
    copy = tmp_path / "copy/low/2.png"
    assert copy.read_bytes() == (root / "our485/low/2.png").read_bytes()
    run("lol", root, tmp_path / "small", size=(3, 2))
    with Image.open(tmp_path / "small/low/2.png") as image:
        assert image.size == (3, 2)


def test_scenes_can_be_held_out(tmp_path: Path, make_picture: Make) -> None:
    root = lol(tmp_path, make_picture)
    prepared = run("lol", root, val=1)
    assert Counter(s.split for s in prepared.samples) == {"train": 3, "val": 1, "test": 1}
    assert len(read_pairs(root, "val")) == 1
    with pytest.raises(InputError, match="held out of 4"):
        run("lol", root, val=4, force=True)
    with pytest.raises(OutputExistsError, match="--force"):
        run("lol", root, val=2)
    run("lol", root, val=2, force=True)
    assert len(read_pairs(root, "val")) == 2


def test_a_table_that_is_there_is_kept(tmp_path: Path, make_picture: Make) -> None:
    for name in ("low/1.png", "high/1.png", "low/2.png", "high/2.png"):
        make_picture(tmp_path / name, seed=int(name[-5]))
    table = tmp_path / "pairs.csv"
    table.write_text("split,scene,low,ref,note\ntrain,a,low/1.png,high/1.png,dim\n")
    before = table.read_text()
    assert len(run("pairs", tmp_path).samples) == 1
    assert table.read_text() == before
    run("pairs", tmp_path, tmp_path.parent / "out")
    assert (tmp_path.parent / "out/pairs.csv").read_text().splitlines()[1:] == [
        "low/1,train,a,low/low/1.png,high/a/1.png"
    ]


def test_two_folders_get_a_table(tmp_path: Path, make_picture: Make) -> None:
    for seed, name in enumerate(("low/1.png", "high/1.png", "low/2.png", "high/2.png")):
        make_picture(tmp_path / name, seed)
    run("pairs", tmp_path, val=1)
    assert [len(read_pairs(tmp_path, split)) for split in ("train", "val")] == [1, 1]


def test_photographs_go_to_a_folder_for_each_split(tmp_path: Path, make_picture: Make) -> None:
    for name in ("images/train/1.jpg", "images/train/2.jpg", "images/test/3.jpg"):
        make_picture(tmp_path / "in" / name)
    prepared = run("bsd300", tmp_path / "in", tmp_path / "out")
    assert prepared.written == 3
    assert files(tmp_path / "out") == ["prepared.json", "test/3.jpg", "train/1.jpg", "train/2.jpg"]
    assert len(read_photographs(tmp_path / "out/train")) == 2
    in_place = run("bsd300", tmp_path / "in")
    assert (in_place.written, len(in_place.samples)) == (0, 3)
    assert "pairs.csv" not in files(tmp_path / "in")


def test_dark_pictures_are_copied(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "in/1.bmp")
    assert run("lime", tmp_path / "in", tmp_path / "out").problems == ()
    assert files(tmp_path / "out") == ["prepared.json", "test/1.bmp"]


def test_what_is_missing_is_reported_and_the_rest_continues(
    tmp_path: Path, make_picture: Make
) -> None:
    root = lol(tmp_path, make_picture, ids=(2, 5))
    (root / "our485/high/5.png").unlink()
    (root / "eval15/low/1.png").write_bytes(b"")
    prepared = run("lol", root)
    assert [p.where for p in prepared.problems] == ["our485/low/5.png", "eval15/low/1.png"]
    assert [s.id for s in prepared.samples] == ["2"]
    assert len((root / "pairs.csv").read_text().splitlines()) == 2


def test_nothing_is_written_when_nothing_is_left(tmp_path: Path, make_picture: Make) -> None:
    make_picture(tmp_path / "low/1.png", size=(4, 4))
    make_picture(tmp_path / "high/1.png", size=(5, 5))
    assert run("pairs", tmp_path).samples == ()
    assert not (tmp_path / "pairs.csv").exists()


def test_progress_is_reported(tmp_path: Path, make_array: Make) -> None:
    progress: list[tuple[int, int]] = []
    options = PrepareOptions(find("sid"), sid(tmp_path / "in", make_array), tmp_path / "out")
    prepare(options, lambda done, total: progress.append((done, total)))
    assert progress == [(n, 9) for n in range(1, 10)]


@pytest.mark.parametrize(
    ("name", "out", "options", "message"),
    [
        ("sid", None, {}, r"\.npy files must be converted: .*--out"),
        ("sid", "in/out", {}, "is inside"),
        ("lol", "out", {}, "our485/low: missing folder"),
        ("kodak", "out", {}, "no pictures"),
        ("lime", "out", {}, "no pictures"),
    ],
)
def test_what_cannot_be_prepared(
    tmp_path: Path,
    make_array: Make,
    name: str,
    out: str | None,
    options: dict[str, object],
    message: str,
) -> None:
    root = sid(tmp_path / "in", make_array)
    with pytest.raises(InputError, match=message):
        run(name, root, None if out is None else tmp_path / out, **options)
    assert files(tmp_path) == [f"in/{name}" for name in files(root)]


def test_sizes_and_held_out_scenes_where_they_make_no_sense(
    tmp_path: Path, make_picture: Make
) -> None:
    root = lol(tmp_path / "in", make_picture, ids=(2,))
    with pytest.raises(InputError, match="need another folder"):
        run("lol", root, size=(3, 2))
    with pytest.raises(InputError, match="need another folder"):
        run("lol", root, root / ".", size=(3, 2))
    with pytest.raises(InputError, match="no pairs to hold out"):
        run("photographs", root, val=1)
    with pytest.raises(InputError, match="no such folder"):
        run("lol", tmp_path / "missing")


def test_an_out_folder_that_cannot_be_is_an_output_error(tmp_path: Path, make_array: Make) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError):
        run("sid", sid(tmp_path / "in", make_array), tmp_path / "file")


def test_an_interrupted_run_leaves_whole_files_alone(tmp_path: Path, make_array: Make) -> None:
    options = PrepareOptions(find("sid"), sid(tmp_path / "in", make_array), tmp_path / "out")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(options, stop)
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in left if path.name.startswith(".")]
    for path in (p for p in left if p.suffix == ".png"):
        with Image.open(path) as image:
            image.load()
    assert not (tmp_path / "out/pairs.csv").exists()
    assert prepare(options).problems == ()
