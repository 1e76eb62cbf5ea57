from llcodec.batch.counts import Counts
from llcodec.batch.manifest import Row
from llcodec.batch.summary import size, summary
from llcodec.batch.tasks import Outcome


def picture(**more: object) -> Row:
    return Row("a", width=2000, height=1000, bytes_in=900, bytes_out=100, **more)  # type: ignore[arg-type]


def test_pictures_and_files_are_counted() -> None:
    counts = Counts(total=5)
    counts.add(Outcome((picture(), Row("b", error="broken"))))
    counts.add(Outcome(kept=1))
    shard = Row("s.tar", "t.tar", bytes_in=10_000, bytes_out=5000)
    counts.add(Outcome((picture(member="x"), Row("s.tar", member="y", error="no"), shard)))
    counts.add(Outcome())
    assert (counts.done, counts.kept, counts.failed, counts.files) == (2, 1, 2, 4)
    assert counts.megapixels == 4
    assert (counts.bytes_in, counts.bytes_out) == (1800, 200)
    line = counts.line()
    assert line.startswith("2 done, 1 kept, 2 failed, ")
    assert line.endswith("less than a minute left")
    assert summary(counts, "out/_manifest")[1:] == [
        "1.8 kB read, 200 bytes written",
        "manifest: out/_manifest",
        "--retry-failed out/_manifest processes the failures again",
    ]


def test_before_the_first_result_no_rate_is_reported() -> None:
    assert Counts().line() == "0 done, 0 failed"


def test_damaged_pictures_are_reported() -> None:
    counts = Counts()
    counts.add(Outcome((picture(damaged=True), picture())))
    assert counts.damaged == 1
    assert counts.line().startswith("2 done, 0 failed, 1 damaged")


def test_sizes_in_words() -> None:
    assert [size(n) for n in (999, 1000, 1_500_000, 2 * 10**15)] == [
        "999 bytes",
        "1.0 kB",
        "1.5 MB",
        "2000.0 TB",
    ]
