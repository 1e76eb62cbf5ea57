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
        ("metrics/data/niqe_live_96.npz", True),
        ("bench/scores.py", True),
        ("bench/warming.py", True),
        ("bench/plots.py", False),
        ("cli/bench.py", False),
    ],
)
def test_only_what_decides_counts(package: Path, changed: str, counts: bool) -> None:
    before = digest_of(package)
    with (package / changed).open("ab") as file:
        file.write(b"#")
    assert (digest_of(package) != before) is counts


def test_names_count(package: Path) -> None:
    before = digest_of(package)
    (package / "nets" / "cheng.py").rename(package / "nets" / "chang.py")
    assert digest_of(package) != before
