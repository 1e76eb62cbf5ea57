import shutil
from pathlib import Path

import pytest

import llcodec
from llcodec.bench.code_digest import code_digest, digest_of


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of this package, without its weights."""
    ours = Path(llcodec.__file__).parent
    ignored = shutil.ignore_patterns("_weights", "*.pyc")
    return shutil.copytree(ours, tmp_path / "llcodec", ignore=ignored)


def test_a_copy_has_the_same_digest(package: Path) -> None:
    assert digest_of(package) == code_digest()


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("codec/encoder.py", True),
        ("bench/codecs/pillow.py", True),
        ("bench/scores.py", True),
        ("bench/runner.py", True),
        ("_weight_files.py", True),
        ("bench/report/plots.py", False),
        ("cli/bench.py", False),
    ],
)
def test_only_what_decides_counts(package: Path, changed: str, counts: bool) -> None:
    before = digest_of(package)
    with (package / changed).open("a") as file:
        file.write("\nANOTHER = 1\n")
    assert (digest_of(package) != before) is counts


def test_files_of_other_kinds_count_by_their_bytes(package: Path) -> None:
    before = digest_of(package)
    with (package / "metrics" / "data" / "niqe_live_96.npz").open("ab") as file:
        file.write(b"#")
    assert digest_of(package) != before


def test_names_of_files_count(package: Path) -> None:
    before = digest_of(package)
    (package / "nets" / "cheng.py").rename(package / "nets" / "chang.py")
    assert digest_of(package) != before


def test_a_missing_file_is_an_error(package: Path) -> None:
    (package / "bench" / "scores.py").unlink()
    with pytest.raises(FileNotFoundError, match=r"scores\.py is missing"):
        digest_of(package)


CODE = '''
"""Doubles numbers."""

LIMIT = 3
"""The largest number."""


class Doubler:
    """Doubles."""

    def run(self, number: int) -> int:
        """Return twice a number."""
        # as the name says
        return min(number, LIMIT) * 2
'''


def digest_with(package: Path, code: str) -> str:
    (package / "codec" / "doubler.py").write_text(code)
    return digest_of(package)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Doubles numbers."""', '"""Says in other words what it does."""'),
        ('"""The largest number."""', ""),
        ('    """Doubles."""\n', ""),
        ('"""Return twice a number."""', '"""Return the double.\n\n        And more.\n        """'),
        ("# as the name says", "# twice"),
        ("        # as the name says\n", ""),
        (
            "min(number, LIMIT) * 2",
            "(\n            min(number, LIMIT,)  # capped\n            * 2\n        )",
        ),
        ("\n\n\nclass", "\nclass"),
    ],
)
def test_rewording_and_formatting_keep_the_digest(package: Path, old: str, new: str) -> None:
    assert old in CODE
    assert digest_with(package, CODE.replace(old, new)) == digest_with(package, CODE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("LIMIT = 3", "LIMIT = '3'"),
        ("LIMIT", "MOST"),
        ("Doubler", "Twice"),
        ("* 2", "+ 2"),
        ("min(number, LIMIT) * 2", "min(number, LIMIT * 2)"),
        ("return min", "yield min"),
        ("number: int", "number: float"),
    ],
)
def test_constants_names_and_operations_count(package: Path, old: str, new: str) -> None:
    assert old in CODE
    assert digest_with(package, CODE.replace(old, new)) != digest_with(package, CODE)
