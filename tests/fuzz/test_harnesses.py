"""The harnesses on real files and on some of their own mutations."""

import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from llcodec import container
from llcodec.errors import LlcError

Modules = dict[str, ModuleType]
ROOT = Path(__file__).parents[2]
HARNESSES = ("fuzz_container", "fuzz_decode", "fuzz_entropy")


def scramble(data: bytes, most: int) -> bytes:
    """Flip a bit and sometimes append, cut or repeat: a fuzzer's mutation in small."""
    rng = random.Random(data)
    changed = bytearray(data or b"\0")
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    if rng.random() < 0.3:
        start = rng.randrange(len(changed))
        changed[start:start] = changed[rng.randrange(len(changed)) :][:8]
    return bytes(changed[:most])


@pytest.mark.parametrize("name", HARNESSES)
def test_mutations_of_real_files(fuzz: Modules, name: str) -> None:
    harness = fuzz[name]
    run = fuzz["bounds"].bounded(harness.one_input)
    seeds = list(harness.seeds())
    assert len(seeds) > 50
    changed = 0
    for number, (_, data) in enumerate(random.Random(1).sample(seeds, 12)):
        assert len(data) <= harness.MAX_LENGTH
        mutated = harness.mutate(data, harness.MAX_LENGTH, number, scramble)
        assert len(mutated) <= harness.MAX_LENGTH
        changed += mutated != data
        run(mutated)
    assert changed >= 10


@pytest.mark.parametrize("name", HARNESSES)
@pytest.mark.parametrize("data", [b"", b"\0", b"\x89LLC\r\n\x1a\n", b"\xff" * 40])
def test_next_to_nothing(fuzz: Modules, name: str, data: bytes) -> None:
    fuzz[name].one_input(data)
    fuzz[name].one_input(fuzz[name].mutate(data, 100, 1, scramble))


def test_a_reader_that_lets_something_else_out_is_found(fuzz: Modules) -> None:
    attempt = fuzz["checks"].attempt

    def refuse(error: Exception) -> None:
        raise error

    assert attempt(refuse, LlcError("one line")) is None
    assert attempt(len, b"abc") == 3
    with pytest.raises(ZeroDivisionError):
        attempt(refuse, ZeroDivisionError())
    with pytest.raises(AssertionError, match="several lines"):
        attempt(refuse, LlcError("two\nlines"))


def test_a_reader_that_takes_too_long_is_found(fuzz: Modules) -> None:
    bounded = fuzz["bounds"].bounded
    bounded(len)(b"abc")
    with pytest.raises(AssertionError, match="bytes take"):
        bounded(lambda data: sum(range(3_000_000)), most_seconds=0.001)(b"")


def test_a_reader_that_takes_much_memory_is_found() -> None:
    """In a process of its own: what counts is the peak, and here it may be high already."""
    greedy = "from fuzz.bounds import bounded; bounded(lambda data: b'x' * (300 << 20))(b'')"
    done = subprocess.run(
        [sys.executable, "-c", greedy], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "MiB of memory" in done.stderr


def test_files_are_split_and_joined_with_right_crcs(fuzz: Modules) -> None:
    mutation = fuzz["mutation"]
    for name, data in fuzz["golden"].golden_files(4096):
        if name in ("metadata", "tiles", "deep-alpha"):
            pieces = mutation.split(data)
            assert mutation.join(data[: mutation.PREAMBLE], pieces) == data
            broken = bytearray(data)
            broken[-1] ^= 1
            assert mutation.join(data[: mutation.PREAMBLE], mutation.split(bytes(broken))) == data


def test_most_mutated_files_have_right_crcs(fuzz: Modules) -> None:
    """Else the fuzzer would only ever test the comparison of checksums."""
    data = dict(fuzz["golden"].golden_files(4096))["metadata"]
    wrong = 0
    for seed in range(100):
        mutated = fuzz["mutation"].mutate_file(data, 4096, seed, scramble)
        try:
            container.unpack(mutated)
        except LlcError as error:
            wrong += "wrong checksum" in str(error)
    assert wrong < 25


def test_recoded_files_are_whole_and_absurd(fuzz: Modules) -> None:
    files = dict(fuzz["golden"].golden_files(4096))
    codecs = fuzz["golden"].golden_codecs()
    recoded = 0
    for seed in range(4):
        for name in ("odd-q8", "serial"):
            data = fuzz["recoding"].recoded_file(files[name], seed, 1 << 14)
            assert data != files[name]
            header = container.read_header(data)
            codecs[header.model_hash].verify(data)
            recoded += 1
    assert recoded == 8
    assert fuzz["recoding"].recoded_file(files["text-mode"], 0, 1 << 14) is None
