"""Check built packages: contents, and a fresh environment of each Python that codes images.

``python -m release.check dist --photograph examples/lantern.jpg`` does this for the Pythons from
3.11 to 3.14 that start, and names the others. It exits with 1 if anything is wrong.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from release.contents import MODELS, SOURCES, WHEEL, faults, names_in

LIMIT: Final = 100 * 2**20  # bytes that a file on PyPI may have
PYTHONS: Final = ("python3.11", "python3.12", "python3.13", "python3.14")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the packages of a folder; print what is wrong, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m release.check", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds a wheel, a source archive, and the models")
    parser.add_argument("--photograph", type=Path, required=True, help="is encoded and decoded")
    parser.add_argument("--python", action="append", help="an interpreter; default: all found")
    options = parser.parse_args(arguments)
    wheel, sources, models = packages_in(options.folder)
    wrong = [
        f"{archive.name}: {fault}"
        for archive, contents in ((wheel, WHEEL), (sources, SOURCES), (models, MODELS))
        for fault in faults(names_in(archive), contents)
    ]
    packages = (wheel, sources, models)
    wrong += [f"{path.name} is too large for PyPI" for path in packages if _size(path) > LIMIT]
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    for python in options.python or _found():
        for archive in (wheel, sources):
            try_out(python, archive.resolve(), models.resolve(), options.photograph.resolve())
            print(f"{python}: {archive.name} installs, encodes and decodes", flush=True)
    return 0


def _size(path: Path) -> int:
    return path.stat().st_size


def packages_in(folder: Path) -> tuple[Path, Path, Path]:
    """Return the only wheel, the only source archive and the only models of a folder.

    Raises:
        SystemExit: There is none of these, or more than one.
    """
    kinds = ("llcodec-*.whl", "llcodec-*.tar.gz", "llcodec_models-*.whl")
    found = [list(folder.glob(kind)) for kind in kinds]
    if any(len(packages) != 1 for packages in found):
        raise SystemExit(f"{folder} does not hold one of each of {', '.join(kinds)}")
    (wheel,), (sources,), (models,) = found
    return wheel, sources, models


def try_out(python: str, archive: Path, models: Path, photograph: Path) -> None:
    """Install an archive in an environment of its own, away from the checkout, and code an image.

    Then install the models, and code the image with one of them.

    Raises:
        subprocess.CalledProcessError: A step failed; its output was printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for step in _steps(python, home / "environment", archive, models, photograph):
            _run(step, home)


def _steps(
    python: str, environment: Path, archive: Path, models: Path, photograph: Path
) -> Iterator[tuple[str, ...]]:
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    llc = str(programs / "llc")
    yield python, "-m", "venv", str(environment)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    yield str(programs / "python"), *install, str(archive)
    yield str(programs / "python"), "-m", "pip", "check"
    yield llc, "models", "verify"
    yield llc, "encode", str(photograph), "small.llc"
    yield llc, "verify", "small.llc"
    yield llc, "decode", "small.llc", "bright.png"
    yield str(programs / "python"), *install, str(models)
    yield llc, "models", "verify"
    yield llc, "encode", str(photograph), "early.llc", "--model", "fast"
    yield llc, "decode", "early.llc", "early.png"


def _run(step: Sequence[str], folder: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(step, cwd=folder, env=variables, check=True, stdout=sys.stderr)


def runs(python: str) -> bool:
    """Return whether an interpreter starts: a shim of pyenv may be there without its version."""
    if shutil.which(python) is None:
        return False
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _found() -> list[str]:
    found = [python for python in PYTHONS if runs(python)]
    missing = [python for python in PYTHONS if python not in found]
    if missing:
        print(f"not tried, since they are not installed: {', '.join(missing)}", file=sys.stderr)
    if not found:
        raise SystemExit("no Python from 3.11 to 3.14 was found")
    return found


if __name__ == "__main__":
    sys.exit(main())
