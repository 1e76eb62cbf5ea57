"""A disk that fills up during a batch: outputs that fit are complete, the rest is reported."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMES = "abcd"

# Runs in a mount namespace of its own, so that nothing is mounted for anyone else.
SCRIPT = """
import hashlib, json, pathlib, subprocess, sys
from llcodec.cli._main import run

def mount(options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", "out"], check=True)

def look(folder):
    paths = sorted(pathlib.Path(folder).iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

def batch(folder, *options):
    code = run([*sys.argv[1:], "in", "-o", folder, "--quiet", *options])
    return {"code": code, "files": look(folder)}

seen = [batch("whole")]
room = sum(path.stat().st_size for path in pathlib.Path("whole").iterdir())
mount(f"size={2 * room // 3}")
seen.append(batch("out"))
mount("remount,size=1m")
seen.append(batch("out"))
mount("remount,ro")
seen.append(batch("out", "--force"))
print(json.dumps(seen))
"""


def can_mount() -> bool:
    try:
        tried = subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return tried.returncode == 0


@pytest.fixture(scope="module", params=["encode -q 8", "decode", "enhance"])
def reports(
    request: pytest.FixtureRequest,
    llc: Any,
    picture: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[dict[str, Any]], list[str]]:
    """What the script printed for a verb, and the lines on its stderr."""
    if not can_mount():
        pytest.skip("needs unshare, and a system that lets users mount in a namespace")
    folder = tmp_path_factory.mktemp("disk")
    (folder / "out").mkdir()
    for seed, name in enumerate(NAMES):
        picture(folder / "in" / f"{name}.png", 160, 120, seed=seed)
    words = request.param.split()
    if words == ["decode"]:
        assert llc.run("encode", "in", "--quiet", cwd=folder).code == 0
        for path in (folder / "in").glob("*.png"):
            path.unlink()
    threads = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", SCRIPT, *words],
        cwd=folder,
        env={**os.environ, **threads, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr.splitlines()


Reports = tuple[list[dict[str, Any]], list[str]]


def test_what_fits_is_there_and_what_does_not_leaves_nothing(reports: Reports) -> None:
    (whole, first, *_), lines = reports
    assert whole["code"] == 0
    assert first["code"] == 1
    assert 1 <= len(first["files"]) < len(NAMES)
    assert first["files"].items() <= whole["files"].items()
    full = [line for line in lines if line.endswith("No space left on device")]
    assert len(full) == len(NAMES) - len(first["files"])
    assert all(line.startswith("llc: in/") for line in full)


def test_with_more_room_it_is_completed_by_running_it_again(reports: Reports) -> None:
    (whole, _, second, _), _lines = reports
    assert [Path(file).stem for file in sorted(second["files"])] == list(NAMES)
    assert second["files"] == whole["files"]


def test_a_disk_that_became_read_only_keeps_what_it_has(reports: Reports) -> None:
    (_, _, second, last), lines = reports
    assert last["code"] == 1
    assert last["files"] == second["files"]
    assert sum(line.endswith("Read-only file system") for line in lines) == len(NAMES)
