import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from release.check import _steps, main, packages_in, runs, try_out

ROOT = Path(__file__).parents[2]


def _empty_packages(folder: Path) -> None:
    with zipfile.ZipFile(folder / "llcodec-1-py3-none-any.whl", "w"):
        pass
    with zipfile.ZipFile(folder / "llcodec_models-1-py3-none-any.whl", "w"):
        pass
    with tarfile.open(folder / "llcodec-1.tar.gz", "w:gz"):
        pass


def test_the_packages_of_a_folder_are_found(tmp_path: Path) -> None:
    _empty_packages(tmp_path)
    assert [path.name for path in packages_in(tmp_path)] == [
        "llcodec-1-py3-none-any.whl",
        "llcodec-1.tar.gz",
        "llcodec_models-1-py3-none-any.whl",
    ]


def test_an_old_package_beside_the_new_one_is_refused(tmp_path: Path) -> None:
    _empty_packages(tmp_path)
    (tmp_path / "llcodec-0-py3-none-any.whl").touch()
    with pytest.raises(SystemExit, match="one of each"):
        packages_in(tmp_path)


def test_empty_packages_are_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _empty_packages(tmp_path)
    assert main([str(tmp_path), "--photograph", "examples/lantern.jpg"]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert "llcodec-1-py3-none-any.whl: llcodec/py.typed is missing" in lines
    assert "llcodec-1.tar.gz: LICENSE is missing" in lines
    assert any(line.startswith("llcodec_models-1-py3-none-any.whl: ") for line in lines)


def test_models_are_installed_after_what_works_without_them() -> None:
    steps = [" ".join(step) for step in _steps("python", Path("e"), *map(Path, "amp"))]
    models = next(
        n for n, step in enumerate(steps) if step.endswith("--disable-pip-version-check m")
    )
    assert any("decode small.llc" in step for step in steps[:models])
    assert any("--model fast" in step for step in steps[models:])
    assert not any("--model" in step for step in steps[:models])


def test_packages_that_pypi_refuses_are_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _empty_packages(tmp_path)
    monkeypatch.setattr("release.check.LIMIT", 1)
    assert main([str(tmp_path), "--photograph", "examples/lantern.jpg"]) == 1
    assert capfd.readouterr().err.count("is too large for PyPI") == 3


def test_a_package_that_does_not_install_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "llcodec-1-py3-none-any.whl"
    broken.write_bytes(b"no archive")
    with pytest.raises(subprocess.CalledProcessError):
        try_out(sys.executable, broken, broken, ROOT / "examples" / "lantern.jpg")


@pytest.mark.skipif(sys.platform == "win32", reason="shims are shell scripts")
def test_a_shim_without_its_version_is_no_interpreter(tmp_path: Path) -> None:
    shim = tmp_path / "python3.14"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert runs(sys.executable)
    assert not runs(str(shim))
    assert not runs("python3.99")
