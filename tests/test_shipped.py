import hashlib
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from llcodec import _shipped
from llcodec._cards import read_kind
from llcodec._shipped import (
    CHECKSUMS,
    MORE_MODELS,
    check_installed,
    check_shipped,
    shipped_codecs,
    shipped_enhancers,
    shipped_file,
    shipped_files,
    shipped_looks,
)
from llcodec.codec.models import DEFAULT_MODEL, find_model, shipped_models
from llcodec.enhancing.models import find_enhancer
from llcodec.errors import BrokenModelError, UnknownModelError
from tests.conftest import Ship
from tests.test_cards import ENHANCER, weight_file

WEIGHTS = Path(__file__).parents[1] / "weights"
README = (WEIGHTS / "README.md").read_text("utf-8")


@pytest.fixture
def shelf(tmp_path: Path, ship: Ship) -> Path:
    """A folder that passes for the one of shipped models, with one of each kind in it."""
    folder = tmp_path / "weights"
    (folder / "enhancers").mkdir(parents=True)
    weight_file(folder / "own.safetensors")
    weight_file(folder / "enhancers" / "light.safetensors", ENHANCER)
    ship(folder)
    return folder


def sums(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in folder.glob("*.safetensors")
    ]
    (folder / CHECKSUMS).write_text("".join(lines))


def test_the_shipped_codecs_are_those_that_the_codec_finds() -> None:
    assert shipped_codecs() == shipped_models()
    assert "fast" in shipped_files()


def test_names_in_the_repository_are_unique_over_all_kinds() -> None:
    codecs, enhancers, looks = shipped_codecs(), shipped_enhancers(), shipped_looks()
    assert len(shipped_files()) == len(codecs) + len(enhancers) + len(looks)
    assert shipped_files() == codecs | enhancers | looks
    assert "joint" not in shipped_files()
    for kind, files in (("codec", codecs), ("enhancer", enhancers), ("look", looks)):
        assert {read_kind(file) for file in files.values()} <= {kind}


def test_the_checksums_in_the_repository_are_those_of_the_files() -> None:
    for files in (shipped_codecs(), shipped_enhancers(), shipped_looks()):
        for folder in {file.parent for file in files.values()}:
            lines = (folder / CHECKSUMS).read_text().splitlines()
            assert dict(line.split("  ")[::-1] for line in lines) == {
                file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files.values()
            }
    for file in shipped_files().values():
        check_shipped(file)


def test_models_of_both_kinds_are_found(shelf: Path) -> None:
    assert list(shipped_files()) == ["own", "light"]
    assert shipped_file("light") == shelf / "enhancers" / "light.safetensors"
    assert [read_kind(shipped_file(name)) for name in ("own", "light")] == ["codec", "enhancer"]


def test_a_name_that_both_kinds_have_is_found_by_checking(shelf: Path) -> None:
    twin = weight_file(shelf / "enhancers" / "own.safetensors", {**ENHANCER, "name": "own"})
    assert shipped_file("own") == shelf / "own.safetensors"
    for folder in (shelf, twin.parent):
        sums(folder)
        with pytest.raises(BrokenModelError, match="two models are called 'own'"):
            check_shipped(folder / "own.safetensors")
    check_shipped(shelf / "enhancers" / "light.safetensors")


@pytest.mark.parametrize("own", ["_CHECKOUT", "_INSTALLED"])
def test_another_package_adds_models(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str
) -> None:
    monkeypatch.setattr(_shipped, "_CHECKOUT", tmp_path / "missing")
    monkeypatch.setattr(_shipped, own, shelf)
    monkeypatch.setattr(_shipped, "_MORE", "more_models_of_a_test")
    monkeypatch.syspath_prepend(tmp_path)
    installed = tmp_path / "more_models_of_a_test"
    (installed / "enhancers").mkdir(parents=True)
    (installed / "__init__.py").touch()
    importlib.invalidate_caches()
    weight_file(installed / "own.safetensors")
    weight_file(installed / "early.safetensors")
    weight_file(installed / "enhancers" / "dim.safetensors", ENHANCER)
    assert list(shipped_codecs()) == ["early", "own"]
    assert shipped_file("own") == shelf / "own.safetensors"  # what came with llcodec goes first
    assert shipped_file("early") == installed / "early.safetensors"
    assert list(shipped_enhancers()) == ["dim", "light"]


@pytest.mark.usefixtures("shelf")
def test_models_that_are_not_installed_are_told_from_unknown_ones() -> None:
    for find in (shipped_file, check_installed, find_model, find_enhancer):
        with pytest.raises(UnknownModelError, match=r'^the model \'fast\' .*"llcodec\[models\]"$'):
            find("fast")
    check_installed("own")
    check_installed("x")


def test_the_extra_asks_for_the_present_models() -> None:
    projects = [
        tomllib.loads((f / "pyproject.toml").read_text()) for f in (WEIGHTS.parent, WEIGHTS)
    ]
    ours, more = (project["project"] for project in projects)
    assert ours["optional-dependencies"]["models"] == [f"{more['name']}>={more['version']}"]


def test_the_readme_names_the_package_of_each_model() -> None:
    rows = re.findall(r"(?m)^\| `(?:\w+/)?([\w-]+)\.safetensors` .*\| `([\w-]+)` \|$", README)
    assert {name for name, package in rows if package == "llcodec-models"} == MORE_MODELS
    assert {name for name, _ in rows} == set(shipped_files())


def test_each_model_comes_with_one_of_two_packages() -> None:
    def weights_of(project: Path) -> set[str]:
        build = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
        files = build["targets"]["wheel"]["force-include"]
        return {Path(file).stem for file in files if file.endswith(".safetensors")}

    ours, more = weights_of(WEIGHTS.parent), weights_of(WEIGHTS)
    assert more == MORE_MODELS
    assert ours | more == set(shipped_files())
    assert not ours & more
    assert DEFAULT_MODEL in ours


def test_an_unknown_name_lists_the_known(ship: Ship, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match=r"no model 'x' \(shipped: .*fast"):
        shipped_file("x")
    ship(tmp_path / "missing")
    with pytest.raises(UnknownModelError, match=r"no model 'x' \(shipped: none\)"):
        shipped_file("x")


@pytest.mark.parametrize("mark", ["  ", " *"])
def test_checksums_as_sha256sum_writes_them(tmp_path: Path, mark: str) -> None:
    file = weight_file(tmp_path / "own.safetensors")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"\n{digest.upper()}{mark}own.safetensors\n")
    check_shipped(file)
    (tmp_path / "SHA256SUMS").write_text(f"{digest[::-1]}{mark}own.safetensors\n")
    with pytest.raises(BrokenModelError, match="wrong SHA-256"):
        check_shipped(file)
