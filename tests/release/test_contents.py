import io
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from release.contents import SOURCES, WHEEL, Contents, faults, names_in

ROOT = Path(__file__).parents[2]


def _names(contents: Contents) -> list[str]:
    """Return names that fit the patterns of what is needed."""
    return [pattern.replace("*", "x") for pattern in contents.needed]


@pytest.mark.parametrize("contents", [WHEEL, SOURCES])
def test_what_is_needed_is_enough(contents: Contents) -> None:
    assert not list(faults(_names(contents), contents))


def test_a_wheel_has_all_weights_but_the_text_guide() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    assert all(target == f"llcodec/_{source}" for source, target in included.items())
    files = [path.relative_to(ROOT) for path in (ROOT / "weights").rglob("*") if path.is_file()]
    left_out = {
        str(path.parent)
        for path in files
        if not any(str(part) in included for part in (path, *path.parents))
    }
    assert left_out == {"weights/guides"}
    taken = [f"llcodec/_{path}" for path in files if str(path.parent) not in left_out]
    assert set(taken) <= set(WHEEL.needed)


@pytest.mark.parametrize("contents", [WHEEL, SOURCES])
def test_each_missing_file_is_named(contents: Contents) -> None:
    for pattern in contents.needed:
        names = [name for name in _names(contents) if name != pattern.replace("*", "x")]
        assert f"{pattern} is missing" in list(faults(names, contents))


@pytest.mark.parametrize(
    "name",
    ["results/kodak/results.json", ".ci/run", "runs/x", "tests/__pycache__/x.pyc", ".github/x.md"],
)
def test_what_is_not_for_users_is_found_in_sources(name: str) -> None:
    assert list(faults([*_names(SOURCES), name], SOURCES)) == [f"{name} should not be there"]


@pytest.mark.parametrize("name", ["tests/test_api.py", "release/check.py", "docs/cli.md"])
def test_a_wheel_holds_the_package_alone(name: str) -> None:
    assert list(faults([*_names(WHEEL), name], WHEEL)) == [f"{name} should not be there"]


def test_names_are_read_from_both_kinds_of_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a/b.py", "")
    with tarfile.open(tmp_path / "a-1.tar.gz", "w:gz") as sources:
        sources.addfile(tarfile.TarInfo("a-1/a/b.py"), io.BytesIO())
    assert names_in(tmp_path / "a-1-py3-none-any.whl") == ["a/b.py"]
    assert names_in(tmp_path / "a-1.tar.gz") == ["a/b.py"]
