"""Small dark pictures, and real stores and clusters in processes of their own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="session")
def dark() -> Callable[..., Path]:
    """Write a dark picture: ``dark(path, seed, size)``."""

    def write(path: Path, seed: int = 0, size: tuple[int, int] = (64, 64)) -> Path:
        rng = np.random.default_rng(seed)
        small = rng.integers(0, 60, (size[1] // 8, size[0] // 8, 3)).astype(np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).save(path)
        return path

    return write


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment of a process that runs this checkout, with one thread."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
        "RAY_USAGE_STATS_ENABLED": "0",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Llc = Callable[..., Result]


@pytest.fixture(scope="session")
def llc(environment: dict[str, str]) -> Llc:
    """Run ``llc`` in a process of its own."""

    def call(*arguments: object, **more: str) -> Result:
        words = [sys.executable, "-m", "llcodec", *map(str, arguments)]
        env = {**environment, **more}
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=500)
        return Result(done.returncode, done.stdout, done.stderr)

    return call


@dataclass(frozen=True)
class Server:
    """An S3 server; ``environment`` leads to it."""

    url: str
    environment: dict[str, str]

    def requests(self) -> dict[str, int]:
        """Return how many requests of each method it has had, and how many it refused."""
        with urllib.request.urlopen(f"{self.url}/requests-so-far") as answer:
            counted: dict[str, int] = json.load(answer)
            return counted


@pytest.fixture(scope="module")
def s3(environment: dict[str, str]) -> Iterator[Server]:
    """A server that grants every request."""
    yield from _server(environment, refuse=0)


@pytest.fixture(scope="module")
def refusing_s3(environment: dict[str, str]) -> Iterator[Server]:
    """A server that refuses every twentieth request."""
    yield from _server(environment, refuse=20)


def _server(environment: dict[str, str], refuse: int) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, str(HERE / "s3_server.py"), str(port), str(refuse)]
    process = subprocess.Popen(words, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield Server(url, {"AWS_ENDPOINT_URL": url})
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None
        try:
            urllib.request.urlopen(f"{url}/requests-so-far").close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")
