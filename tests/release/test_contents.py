import io
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from release.contents import MODELS, SOURCES, WHEEL, Contents, faults, names_in

ROOT = Path(__file__).parents[2]


def _names(contents: Contents) -> list[str]:
    """Return names that fit the patterns of what is needed."""
    return [pattern.replace("*", "x") for pattern in contents.needed]


@pytest.mark.parametrize("contents", [WHEEL, SOURCES, MODELS])
def test_what_is_needed_is_enough(contents: Contents) -> None:
    assert not list(faults(_names(contents), contents))


@pytest.mark.parametrize(
    ("project", "contents", "package"),
    [(ROOT, WHEEL, "llcodec/_weights"), (ROOT / "weights", MODELS, "llcodec_models")],
)
def test_wheels_need_the_weights_that_they_include(
    project: Path, contents: Contents, package: str
) -> None:
    targets = set(_included(project).values())
    assert all((project / source).is_file() for source in _included(project))
    assert all(target.startswith(f"{package}/") for target in targets)
    assert targets == {name for name in contents.needed if name in targets}
    assert {n for n in contents.needed if n.startswith(f"{package}/")} - targets <= {
        f"{package}/__init__.py"
    }


def test_all_weights_are_in_a_wheel_but_the_text_guide() -> None:
    sources = [ROOT / source for source in _included(ROOT)]
    sources += [ROOT / "weights" / source for source in _included(ROOT / "weights")]
    files = (ROOT / "weights").rglob("*.safetensors")
    assert {file.parent.name for file in files if file not in sources} == {"guides"}


def _included(project: Path) -> dict[str, str]:
    """Return where the wheel of a project has files that do not lie in its package."""
    build = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included: dict[str, str] = build["targets"]["wheel"]["force-include"]
    return included


@pytest.mark.parametrize("contents", [WHEEL, SOURCES, MODELS])
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
