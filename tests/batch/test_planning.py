import numpy as np
import pytest

from llcodec._operations import Decoding, Encoding, Enhancing, Operation, Verifying
from llcodec.batch.manifest import Done, Row, Whole
from llcodec.batch.planning import Planner, normal
from llcodec.batch.sources import Found, Source, Unusable
from llcodec.batch.tasks import Settings, Task

pytestmark = pytest.mark.extra("fsspec")
PNG = frozenset({".png", ".jpg"})


def settings(
    operation: Operation,
    suffix: str | None = ".llc",
    keep_suffix: bool = False,
    shards: bool = False,
) -> Settings:
    return Settings(operation, PNG, suffix=suffix, keep_suffix=keep_suffix, shards=shards)


def targets(plan: Planner, *places: str) -> list[str]:
    found = Found(iter(Source(f"s3://in/{place}", place) for place in places))
    return [each.target or str(each) for each in plan.tasks(found)]


def test_outputs_are_named_as_by_the_single_commands() -> None:
    encode = Planner(settings(Encoding()), "s3://out")
    assert targets(encode, "a/1.PNG", "2.b") == ["s3://out/a/1.llc", "s3://out/2.b.llc"]
    keep = Planner(settings(Encoding(), keep_suffix=True), "s3://out")
    assert targets(keep, "a/1.png") == ["s3://out/a/1.png.llc"]
    decode = Planner(Settings(Decoding(), frozenset({".llc"}), suffix=".jpg"), "out")
    assert targets(decode, "1.llc") == ["out/1.jpg"]
    enhance = Planner(settings(Enhancing("joint"), None), "out")
    assert targets(enhance, "1.jpg", "2.gif") == ["out/1.jpg", "out/2.gif.png"]
    [task] = Planner(settings(Verifying(), None), "").tasks(Found(iter([Source("a", "a")])))
    assert isinstance(task, Task)
    assert task.target == ""
    shards = Planner(settings(Encoding(), shards=True), "out")
    assert targets(shards, "s-0.tar") == ["out/s-0.tar"]


def test_the_second_of_two_sources_of_one_output_fails() -> None:
    plan = Planner(settings(Encoding()), "out")
    files = [Source("in/a.png", "a.png", 5), Source("in/a.jpg", "a.jpg", 6)]
    first, second = plan.tasks(Found(iter(files)))
    assert isinstance(first, Task)
    assert second == Row(
        "in/a.jpg",
        bytes_in=6,
        error="would be written to out/a.llc, as another source is: "
        "--keep-suffix gives them other names",
    )
    assert list(plan.again(iter([second]))) == [second]


def test_nothing_is_written_over_its_source() -> None:
    plan = Planner(settings(Enhancing("joint"), None), "in")
    [row] = plan.tasks(Found(iter([Source("in/a.png", "a.png")])))
    assert isinstance(row, Row)
    assert row.error == "cannot write in/a.png: it is also an input"


def test_unusable_sources_are_rows() -> None:
    plan = Planner(settings(Encoding()), "out")
    assert list(plan.tasks(Found(iter([Unusable("in", "no images")])))) == [
        Row("in", error="no images")
    ]


def test_names_that_a_manifest_cannot_hold_are_refused() -> None:
    plan = Planner(settings(Encoding()), "out")
    [row] = plan.tasks(Found(iter([Source("in/a\udce9.png", "a\udce9.png")])))
    assert isinstance(row, Row)
    assert row.error == "its name is not UTF-8, as names in a manifest must be"


def test_what_failed_is_done_again() -> None:
    plan = Planner(settings(Encoding()), "out")
    assert list(plan.again(iter([Row("in/a.png", "x/a.llc", error="broken")]))) == [
        Task("in/a.png", "x/a.llc", overwrite=True)
    ]


def test_a_source_that_has_changed_is_done_again() -> None:
    from llcodec.batch.manifest import _key

    done = Done(
        np.array([_key("in/a.png", "")], np.uint64),
        np.array([5]),
        np.array([7]),
        np.full((1, 32), 255, np.uint8),
    )
    for size, whole in ((5, Whole(5, 7, "ff" * 32)), (None, Whole(5, 7, "ff" * 32)), (6, None)):
        plan = Planner(settings(Encoding()), "out", done=done)
        [task] = plan.tasks(Found(iter([Source("in/a.png", "a.png", size)])))
        assert isinstance(task, Task)
        assert (task.whole, task.overwrite, task.look) == (whole, True, True)


def test_folders_have_one_spelling() -> None:
    assert normal("/a/b/../c/") == "/a/c"
    assert normal("memory://a/b/") == "memory:///a/b"
