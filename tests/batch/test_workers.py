import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from llcodec._operations import Decoding, Encoding, Enhancing, Verifying
from llcodec.batch.manifest import Whole
from llcodec.batch.tasks import Outcome, Settings, Task
from llcodec.batch.workers import Worker
from llcodec.codec.models import DEFAULT_MODEL
from llcodec.imaging import IMAGE_SUFFIXES

pytestmark = [pytest.mark.extra("tenacity"), pytest.mark.extra("fsspec")]
Dark = Callable[..., Path]
LLC = frozenset({".llc"})


@pytest.fixture(scope="module")
def encoder() -> Worker:
    """A worker that encodes."""
    return Worker(Settings(Encoding(device="cpu"), IMAGE_SUFFIXES, suffix=".llc"))


def task(source: Path, target: Path, **more: object) -> Task:
    return Task(str(source), str(target), source.stat().st_size, **more)  # type: ignore[arg-type]


def test_a_row_tells_all(encoder: Worker, dark: Dark, tmp_path: Path) -> None:
    import hashlib

    import llcodec

    source = dark(tmp_path / "a.png")
    [row] = encoder.do(task(source, tmp_path / "out" / "a.llc"), 25).rows
    data = (tmp_path / "out" / "a.llc").read_bytes()
    assert data == llcodec.encode(source, device="cpu")
    assert row.error is None
    assert (row.bytes_in, row.bytes_out) == (source.stat().st_size, len(data))
    assert (row.width, row.height, row.quality, row.model) == (64, 64, 4.0, DEFAULT_MODEL)
    assert row.bpp == round(8 * len(data) / 64**2, 4)
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert row.model_hash == llcodec.inspect(data).header.model_hash.hex()


def test_what_goes_wrong_is_in_the_row(encoder: Worker, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    [row] = encoder.do(task(broken, tmp_path / "broken.llc"), 25).rows
    assert row.error is not None
    assert row.bytes_in == broken.stat().st_size
    [gone] = encoder.do(Task(str(tmp_path / "gone.png"), str(tmp_path / "gone.llc")), 25).rows
    assert gone.error == "cannot be read: No such file or directory"
    assert list(tmp_path.glob("*.llc")) == []


def test_outputs_are_kept_overwritten_or_refused(
    encoder: Worker, dark: Dark, tmp_path: Path
) -> None:
    source, target = dark(tmp_path / "a.png"), tmp_path / "a.llc"
    [row] = encoder.do(task(source, target), 25).rows
    assert row.bytes_in is not None
    assert row.bytes_out is not None
    assert row.sha256 is not None
    whole = Whole(row.bytes_in, row.bytes_out, row.sha256)
    [refused] = encoder.do(task(source, target), 25).rows
    assert refused.error is not None
    assert "exists already" in refused.error
    assert encoder.do(task(source, target, whole=whole), 25) == Outcome(kept=1)
    good = target.read_bytes()
    target.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))  # the size is right, the checksum wrong
    [again] = encoder.do(task(source, target, whole=whole, overwrite=True), 25).rows
    assert again.error is None
    assert target.read_bytes() == good


def test_a_whole_file_that_no_manifest_knows_is_recognised(
    encoder: Worker, dark: Dark, tmp_path: Path
) -> None:
    source, target = dark(tmp_path / "a.png"), tmp_path / "a.llc"
    [row] = encoder.do(task(source, target), 25).rows
    written = target.stat().st_mtime_ns
    [known] = encoder.do(task(source, target, overwrite=True, look=True), 25).rows
    assert (known.sha256, known.bpp, known.bytes_in) == (row.sha256, row.bpp, row.bytes_in)
    assert target.stat().st_mtime_ns == written
    other = Worker(Settings(Encoding(device="cpu", quality=2), IMAGE_SUFFIXES, suffix=".llc"))
    [changed] = other.do(task(source, target, overwrite=True, look=True), 25).rows
    assert changed.quality == 2
    assert changed.sha256 != row.sha256
    target.write_bytes(target.read_bytes()[:-1])
    [repaired] = other.do(task(source, target, overwrite=True, look=True), 25).rows
    assert repaired.sha256 == changed.sha256


def test_a_picture_above_its_room_is_sent_back(encoder: Worker, dark: Dark, tmp_path: Path) -> None:
    source, target = dark(tmp_path / "a.png", size=(128, 64)), tmp_path / "a.llc"
    assert encoder.do(task(source, target), 0.005) == Outcome(too_large=0.008192)
    assert not target.exists()
    [row] = encoder.do(task(source, target), 0.008192).rows
    assert row.error is None


def test_decode_enhance_and_verify(encoder: Worker, dark: Dark, tmp_path: Path) -> None:
    source, small = dark(tmp_path / "a.png"), tmp_path / "a.llc"
    encoder.do(task(source, small), 25)
    decoder = Worker(Settings(Decoding(device="cpu"), LLC, suffix=".jpg"))
    [row] = decoder.do(task(small, tmp_path / "bright.jpg"), 25).rows
    assert (row.error, row.width, row.quality) == (None, 64, 4.0)
    enhancer = Worker(Settings(Enhancing("joint", device="cpu"), IMAGE_SUFFIXES))
    [row] = enhancer.do(task(source, tmp_path / "bright.png"), 25).rows
    assert (row.error, row.model) == (None, DEFAULT_MODEL)
    verifier = Worker(Settings(Verifying(), LLC))
    [row] = verifier.do(Task(str(small), ""), 25).rows
    assert (row.error, row.bytes_out, row.quality) == (None, 0, 4.0)
    data = bytearray(small.read_bytes())
    data[-9] ^= 1
    small.write_bytes(data)
    [row] = verifier.do(Task(str(small), ""), 25).rows
    assert row.error is not None


@pytest.mark.extra("webdataset")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_shard_becomes_a_shard(dark: Dark, tmp_path: Path) -> None:
    import llcodec

    first, second = dark(tmp_path / "x.png", 1), dark(tmp_path / "y.jpg", 2)
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    shard = tmp_path / "shard-0.tar"
    with tarfile.open(shard, "w") as tar:
        for name in ("x.png", "x.json", "bad.png", "y.jpg"):
            tar.add(tmp_path / name, f"night/{name}")
    worker = Worker(Settings(Encoding(device="cpu"), IMAGE_SUFFIXES, suffix=".llc", shards=True))
    rows = worker.do(task(shard, tmp_path / "out" / "shard-0.tar"), 25).rows
    assert [(row.member, row.error) for row in rows] == [
        ("night/x.llc", None),
        ("night/bad.llc", "not an image that can be read: unknown format"),
        ("night/y.llc", None),
        ("", None),
    ]
    with tarfile.open(tmp_path / "out" / "shard-0.tar") as tar:
        contents = {info.name: tar.extractfile(info).read() for info in tar}  # type: ignore[union-attr]
    assert contents == {
        "night/x.llc": llcodec.encode(first, device="cpu"),
        "night/x.json": b"{}",
        "night/y.llc": llcodec.encode(second, device="cpu"),
    }
    again = worker.do(task(shard, tmp_path / "out2" / "shard-0.tar"), 25).rows
    assert again[-1].sha256 == rows[-1].sha256
    assert worker.do(task(shard, tmp_path / "out3"), 0.001) == Outcome(too_large=0.004096)
    assert not (tmp_path / "out3").exists()
    shard.write_bytes(shard.read_bytes()[:5000])
    [row] = worker.do(task(shard, tmp_path / "out4"), 25).rows
    assert row.error is not None
    assert "the shard is damaged" in row.error
