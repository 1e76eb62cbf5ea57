import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from llcodec._arrays import Arrays
from llcodec._cards import TrainingFacts, stored_card
from llcodec._weight_files import (
    NetworkFile,
    StoredCard,
    blames,
    check_finite,
    float_arrays,
    half_precision,
    read_network,
    read_weight_file,
    rounded_half,
    write_network,
    write_weight_file,
)
from llcodec.errors import BrokenModelError, OutputError, UnknownModelError

FORMAT = "a-format-1"
CARD = {"format": FORMAT, "name": "own", "notes": {"steps": 5}}


def tensors() -> Arrays:
    return {"float.a.weight": np.arange(6, dtype=np.float16).reshape(2, 3), "table": np.arange(4)}


def everything(card: StoredCard, tensors: Arrays, sha256: str) -> tuple[StoredCard, Arrays, str]:
    return card, tensors, sha256


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_weight_file(path, tensors(), CARD)
    card, read, sha256 = read_weight_file(path, (FORMAT,), everything)
    assert card == CARD
    assert read.keys() == tensors().keys()
    assert all(np.array_equal(read[key], value) for key, value in tensors().items())
    assert len(sha256) == 64
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_equal_models_are_equal_files(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    write_weight_file(a, tensors(), CARD)
    write_weight_file(b, tensors(), dict(reversed(CARD.items())))
    assert a.read_bytes() == b.read_bytes()


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_weight_file(Path(__file__) / "a", tensors(), CARD)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write_weight_file(tmp_path / "folder", tensors(), CARD)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_loaded_model_outlives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    written: Arrays = {"float.a": np.ones(1000, np.float32), "table": np.arange(4)}
    write_weight_file(path, written, CARD)
    _, read, _ = read_weight_file(path, (FORMAT,), everything)
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert all(np.array_equal(read[key], value) for key, value in written.items())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_numbers_that_no_reader_takes_are_not_written(tmp_path: Path, value: float) -> None:
    state = half_precision({"a": np.array([1.0, value], np.float32)})
    with pytest.raises(BrokenModelError, match="not finite"):
        write_weight_file(tmp_path / "a", state, CARD)
    assert not list(tmp_path.iterdir())
    with pytest.raises(BrokenModelError, match="not finite"):
        check_finite(state)


def test_all_halves_that_are_finite_are_taken_and_no_others() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = np.isfinite(halves)
    check_finite({"a": halves[finite], "b": halves[finite].reshape(2, -1).T, "c": halves[:0]})
    for value in halves[~finite][::97]:
        with pytest.raises(BrokenModelError, match="not finite"):
            check_finite({"a": np.array([0, value, 0], np.float16)})


def test_floats_are_kept_in_half_precision() -> None:
    weight = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    stored = half_precision({"weight": weight, "bias": weight[0]})
    assert {key: value.dtype for key, value in stored.items()} == {
        "float.weight": np.float16,
        "float.bias": np.float16,
    }
    back = float_arrays(stored | {"integer.a": np.ones(1)})
    assert back.keys() == {"weight", "bias"}
    assert back["weight"].dtype == np.float32
    assert np.array_equal(back["weight"], rounded_half(weight))


def test_missing_files_are_unknown(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UnknownModelError, match="no such weight file"):
            read_weight_file(path, (FORMAT,), everything)


def stored(path: Path, text: str) -> Path:
    save_file(tensors(), path, {"llcodec": text})
    return path


@pytest.mark.parametrize("text", ["", "[]", "3", "null", "{", '"a"', "[" * 100_000])
def test_cards_that_are_none_are_broken(tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenModelError):
        read_weight_file(stored(tmp_path / "a", text), (FORMAT,), everything)


def test_another_format_is_named(tmp_path: Path) -> None:
    path = stored(tmp_path / "a", json.dumps(CARD | {"format": "another"}))
    with pytest.raises(BrokenModelError, match=f"not a weight file of the format {FORMAT}"):
        read_weight_file(path, (FORMAT,), everything)


def test_other_files_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_weight_file(path, tensors(), CARD)
    whole = path.read_bytes()
    for content, message in (
        (b"", "not a weight file$"),
        (b"a note", "not a weight file$"),
        (b"GIF89a" * 50, "not a weight file$"),
        (b"\2\0\0\0\0\0\0\0{}", "not a weight file of llcodec$"),
        (whole[:40], "damaged weight file"),
        (whole[:-1], "damaged weight file"),
    ):
        path.write_bytes(content)
        with pytest.raises(BrokenModelError, match=message):
            read_weight_file(path, (FORMAT,), everything)


def test_what_the_reader_of_a_kind_stumbles_over_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_weight_file(path, tensors(), CARD)

    def missing(card: StoredCard, tensors: Arrays, sha256: str) -> object:
        return tensors["nothing"]

    with pytest.raises(BrokenModelError, match=r"damaged weight file \(KeyError\)"):
        read_weight_file(path, (FORMAT,), missing)


def test_nothing_but_the_card_is_in_the_metadata(tmp_path: Path) -> None:
    write_weight_file(tmp_path / "a", tensors(), CARD)
    with safe_open(tmp_path / "a", framework="pt") as file:
        assert file.metadata().keys() == {"llcodec"}


def network(name: str = "own") -> NetworkFile[int]:
    facts = TrainingFacts(steps=7, hours=1.5)
    arrays = {"weight": np.linspace(-1, 1, 4, dtype=np.float32).reshape(2, 2)}
    return NetworkFile(name, 2, arrays, {"data": "none"}, facts)


def test_a_network_comes_back_with_what_is_known_of_it(tmp_path: Path) -> None:
    file = network()
    write_network(tmp_path / "a", FORMAT, file, {"size": 2})
    read = read_network(tmp_path / "a", FORMAT, lambda card: int(card["size"]))
    assert (read.name, read.shape, read.notes) == ("own", 2, {"data": "none"})
    assert read.training == file.training
    assert read.arrays.keys() == {"weight"}
    assert np.array_equal(read.arrays["weight"], rounded_half(file.arrays["weight"]))
    with pytest.raises(BrokenModelError, match=r"damaged weight file \(KeyError\)"):
        read_network(tmp_path / "a", FORMAT, lambda card: card["sizes"])


def test_what_an_engine_stumbles_over_is_damage_but_for_a_lack_of_memory(tmp_path: Path) -> None:
    for error in (RuntimeError("sizes differ"), KeyError("weight"), BrokenModelError("too large")):
        with pytest.raises(BrokenModelError, match=f"^{tmp_path}: "), blames(tmp_path):
            raise error
    lacking = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")
    with pytest.raises(RuntimeError, match="can't allocate"), blames(tmp_path):
        raise lacking
    with pytest.raises(MemoryError), blames(tmp_path):
        raise MemoryError


def test_a_card_without_facts_is_as_it_always_was(tmp_path: Path) -> None:
    write_network(tmp_path / "a", FORMAT, replace(network(), training=TrainingFacts()), {})
    assert "training" not in stored_card(tmp_path / "a")


def test_a_name_that_no_reader_accepts_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BrokenModelError, match="name"):
        write_network(tmp_path / "a", FORMAT, network("a/b"), {})
    assert not list(tmp_path.iterdir())


_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from llcodec._failures import in_one_line
from llcodec._weight_files import read_weight_file

used = next(line for line in open("/proc/self/status") if line.startswith("VmSize:"))
most = int(used.split()[1]) * 1024 + (40 << 20)  # once for the file, and not for its arrays
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    read_weight_file(Path(sys.argv[1]), ["a-format-1"], lambda *parts: parts)
except Exception as error:
    print(in_one_line(error))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_too_little_memory_for_the_arrays_is_no_panic(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_weight_file(path, {"float.a.weight": np.ones((30 << 20) // 2, np.float16)}, CARD)
    code = [sys.executable, "-c", _LITTLE_MEMORY, str(path)]
    done = subprocess.run(code, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "not enough memory\n"


def test_floats_keep_eight_significant_bits() -> None:
    """Tiny ones keep fewer, as halves have them; those that are rounded already stay."""
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    halves = rounded_half(values)
    assert (np.abs(halves - values) <= np.abs(values) * 1.1 * 2.0**-8).all()
    assert not (halves.view(np.uint16) & 0b111).any()
    assert np.array_equal(rounded_half(halves), halves)
    assert np.array_equal(rounded_half(values.astype(np.float16)), halves)
    given = np.array([0, -0.0, 257, 259, 2.0**-24, 6e-5, 65_500, np.inf, -np.inf], np.float32)
    expected = np.array([0, 0, 256, 260, 2.0**-24, 6e-5, np.inf, np.inf, -np.inf], np.float16)
    np.testing.assert_allclose(rounded_half(given), expected, rtol=2.0**-9)
