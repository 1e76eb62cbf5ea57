from pathlib import Path

from llcodec.data.registry import Sample
from llcodec.data.targets import plan_targets

ROOT, OUT = Path("root"), Path("out")


def pair(low: str, high: str, scene: str, name: str) -> Sample:
    return Sample(ROOT / low, ROOT / high, scene, "train", name)


def test_pairs_go_to_low_and_high() -> None:
    samples = [
        pair("our485/low/2.png", "our485/high/2.png", "2", "2"),
        pair("short/1_0.04s.ARW", "long/1_10s.ARW", "1", "1/1_0.04s"),
        pair("short/1_0.1s.npy", "long/1_10s.ARW", "1", "1/1_0.1s"),
    ]
    targets = plan_targets(samples, ROOT, OUT, resized=False)
    assert targets.problems == []
    assert [after.paths for _, after in targets.samples] == [
        (OUT / "low/2.png", OUT / "high/2.png"),
        (OUT / "low/1/1_0.04s.png", OUT / "high/1/1_10s.png"),
        (OUT / "low/1/1_0.1s.png", OUT / "high/1/1_10s.png"),
    ]
    assert [before for before, _ in targets.samples] == samples
    assert len(targets.files) == 5
    assert targets.files[ROOT / "long/1_10s.ARW"] == OUT / "high/1/1_10s.png"


def test_pictures_keep_their_format_unless_resized() -> None:
    sample = pair("a.webp", "b.jpg", "s", "s")
    for resized, names in (
        (False, ("low/s.webp", "high/s.jpg")),
        (True, ("low/s.png", "high/s.png")),
    ):
        [(_, after)] = plan_targets([sample], ROOT, OUT, resized=resized).samples
        assert after.paths == tuple(OUT / name for name in names)


def test_single_pictures_go_to_a_folder_for_each_split() -> None:
    samples = [
        Sample(None, ROOT / "images/train/1.jpg", "1", "train", "1"),
        Sample(ROOT / "a/2.bmp", None, "2", "test", "a/2"),
    ]
    targets = plan_targets(samples, ROOT, OUT, resized=False)
    assert list(targets.files.values()) == [OUT / "train/1.jpg", OUT / "test/a/2.bmp"]
    assert [(s.low, s.high) for _, s in targets.samples] == [
        (None, OUT / "train/1.jpg"),
        (OUT / "test/a/2.bmp", None),
    ]


def test_no_place_is_taken_twice() -> None:
    samples = [
        pair("x/1.npy", "y/1.png", "s", "s/1"),
        pair("x/1.png", "y/1.png", "s", "s/1"),
        pair("x/2.png", "y/1.png", "s", "s/2"),
    ]
    targets = plan_targets(samples, ROOT, OUT, resized=False)
    assert [before for before, _ in targets.samples] == [samples[0], samples[2]]
    assert [str(p) for p in targets.problems] == ["x/1.png: has the same name as x/1.npy"]
    assert len(set(targets.files.values())) == len(targets.files) == 3


def test_names_from_a_table_lead_nowhere_else() -> None:
    samples = [pair("a.png", "b.png", "../../scene", "/../../etc/name")]
    targets = plan_targets(samples, ROOT, OUT, resized=False)
    assert list(targets.files.values()) == [OUT / "low/etc/name.png", OUT / "high/scene/b.png"]
