"""``llc batch`` as a command: a Ray of its own, two nodes, S3, kills and refusals."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

pytestmark = [pytest.mark.scale, pytest.mark.extra("ray"), pytest.mark.extra("moto")]
HERE = Path(__file__).parent
MANY = int(os.environ.get("LLC_SCALE_PICTURES", "2000"))
BAD = (b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x40\x08\x02\0\0\0")


class Result(Protocol):
    """What a command did."""

    code: int
    out: str
    err: str


class Server(Protocol):
    """An S3 server."""

    environment: dict[str, str]

    def requests(self) -> dict[str, int]:
        """Count requests."""


Llc = Callable[..., Result]
Dark = Callable[..., Path]
Environment = dict[str, str]


def buckets(server: Server, *names: str) -> Any:
    """Return the file system of a server, with new buckets."""
    import s3fs

    fs = s3fs.S3FileSystem(
        key="key",
        secret="secret",
        endpoint_url=server.environment["AWS_ENDPOINT_URL"],
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    for name in names:
        fs.mkdir(name)
    return fs


def rows(fs: Any, folder: str) -> list[dict[str, Any]]:
    """Return all rows of a manifest, in the order they were written."""
    from pyarrow import parquet

    found: list[dict[str, Any]] = []
    for part in sorted(fs.glob(f"{folder}/part-*.parquet")):
        with fs.open(part, "rb") as stream:
            found.extend(parquet.read_table(stream).to_pylist())
    return found


@pytest.mark.filterwarnings("ignore")
def test_as_the_documentation_shows_it(llc: Llc, dark: Dark, s3: Server, tmp_path: Path) -> None:
    for number in range(6):
        dark(tmp_path / "in" / str(number % 2) / f"{number}.png", number)
    (tmp_path / "in" / "broken.jpg").write_bytes(b"no picture")
    fs = buckets(s3, "dark", "small", "bright")
    fs.put(f"{tmp_path}/in/", "dark/", recursive=True)
    more = {**s3.environment}
    encode = ("batch", "encode", "s3://dark/", "-o", "s3://small/", "--workers", "1")
    before = s3.requests()
    done = llc(*encode, **more)
    after = Counter(s3.requests()) - Counter(before)
    assert done.code == 1
    assert "llc: s3://dark/broken.jpg: not an image that can be read" in done.err
    assert "6 done, 1 failed" in done.err
    assert "Traceback" not in done.err
    assert after["PUT"] == 6 + 2  # outputs, job.json and one part
    assert llc("encode", tmp_path / "in", "-o", tmp_path / "ref", "--threads", "1").code == 1
    for file in (tmp_path / "ref").rglob("*.llc"):
        assert fs.cat_file(f"small/{file.relative_to(tmp_path / 'ref')}") == file.read_bytes()
    refused = llc(*encode, **more)
    assert (refused.code, len(refused.err.splitlines())) == (1, 1)
    assert "--resume continues it" in refused.err

    fs.pipe_file("small/0/0.llc", fs.cat_file("small/0/0.llc")[:-1] + b"x")
    resumed = llc(*encode, "--resume", **more)
    assert "1 done, 5 kept, 1 failed" in resumed.err
    dark(tmp_path / "good.jpg", 9)
    fs.put_file(str(tmp_path / "good.jpg"), "dark/broken.jpg")
    again = llc("batch", "encode", "-o", "s3://small/", "--retry-failed", "s3://small/_manifest",
                "--workers", "1", **more)  # fmt: skip
    assert again.code == 0
    assert "1 done, 0 failed" in again.err
    assert fs.exists("small/broken.llc")

    verified = llc("batch", "verify", "s3://small/", "-o", str(tmp_path / "v"), **more)
    assert (verified.code, "7 done, 0 failed" in verified.err) == (0, True)
    decoded = llc("batch", "decode", "s3://small/", "-o", "s3://bright/", "--format", "jpg", **more)
    assert (decoded.code, "7 done, 0 failed" in decoded.err) == (0, True)
    assert len(fs.glob("bright/*/*.jpg")) == 6


@contextmanager
def two_nodes(environment: Environment) -> Iterator[str]:
    """A cluster of two nodes; yields its address."""
    words = [sys.executable, str(HERE / "two_nodes.py")]
    process = subprocess.Popen(
        words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(200)


def workers_of(mark: str) -> list[int]:
    """Return the worker processes whose environment has a mark, and that do tasks."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if (
                not folder.name.isdigit()
                or b"ray::RemoteWorker.do" not in (folder / "cmdline").read_bytes()
            ):
                continue
            if f"LLC_TEST_MARK={mark}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended
    return found


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_lost_and_nothing_done_twice(
    llc: Llc,
    dark: Dark,
    refusing_s3: Server,
    environment: Environment,
    tmp_path: Path,
) -> None:
    """2,000 pictures, unless LLC_SCALE_PICTURES says otherwise.

    Ctrl-C, ten kills, and every twentieth request refused.
    """
    rng = random.Random(5)
    mark = f"{os.getpid()}-{time.time_ns()}"
    bad = set(rng.sample(range(MANY), MANY // 50))
    originals = [dark(tmp_path / "kinds" / f"{seed}.png", seed) for seed in range(50)]
    for number in range(MANY):
        file = tmp_path / "in" / str(number % 20) / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        if number in bad:
            file.write_bytes(BAD[number % len(BAD)])
        else:
            shutil.copyfile(originals[number % 50], file)
    done = llc("encode", tmp_path / "kinds", "-o", tmp_path / "ref", "--threads", "1", "--quiet")
    assert done.code == 0
    expected = [(tmp_path / "ref" / f"{seed}.llc").read_bytes() for seed in range(50)]

    environment = {**environment, **refusing_s3.environment, "LLC_TEST_MARK": mark}
    fs = buckets(refusing_s3, "small")
    with two_nodes(environment) as address:
        words = [sys.executable, "-m", "llcodec", "batch", "encode", str(tmp_path / "in")]
        words += ["-o", "s3://small/", "--address", address]
        first = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
        while len(fs.find("small")) < MANY // 8:
            assert first.poll() is None
            time.sleep(1)
        first.send_signal(signal.SIGINT)
        _, message = first.communicate(timeout=200)
        assert first.returncode == 130
        assert "Traceback" not in message
        [how] = re.findall(r"^llc: to continue: llc (.*)$", message, re.MULTILINE)
        assert how.endswith("--resume")
        known = len(rows(fs, "small/_manifest"))
        assert known >= MANY // 10  # rows of what was done are not lost

        second = subprocess.Popen(
            [sys.executable, "-m", "llcodec", *how.split()],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        killed = 0
        while killed < 10 and second.poll() is None:
            time.sleep(rng.uniform(0.2, 2))
            running = workers_of(mark)
            if running and len(fs.find("small")) > MANY // 7:
                os.kill(rng.choice(running), signal.SIGKILL)
                killed += 1
        _, message = second.communicate(timeout=2000)
        assert killed == 10
        assert second.returncode == 1
        assert "Traceback" not in message
        assert " workers died; replaced" in message

    last = {row["source"]: row for row in rows(fs, "small/_manifest")}
    assert len(last) == MANY
    for number in range(MANY):
        row = last[str(tmp_path / "in" / str(number % 20) / f"{number}.png")]
        assert (row["error"] is not None) == (number in bad), row
    found = [name for name in fs.find("small") if name.endswith(".llc")]
    assert len(found) == MANY - len(bad)
    for name, data in fs.cat(found).items():  # many at a time
        assert data == expected[int(Path(name).stem) % 50]
    good = Counter(row["source"] for row in rows(fs, "small/_manifest") if row["error"] is None)
    assert set(good.values()) == {1}  # no picture was done twice, but for those without a row
    assert refusing_s3.requests()["refused"] > MANY // 20
