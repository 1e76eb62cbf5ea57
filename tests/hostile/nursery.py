"""Runs ``llc`` in processes of its own, quickly: everything is imported once, then forked.

A script. Orders come as lines of JSON on standard input, and each is answered by one line:

    {"run": [ARGUMENT, …], "cwd": …, "in": …, "out": …, "err": …}    →  {"pid": …}
    {"wait": PID}                                                   →  {"code": …, "grown_mb": …}

``grown_mb`` is by how much the process came to exceed the memory that it started with, null if it
was killed before that was measured. Further keys of ``run``: ``"ordinary": true`` takes away what
root may do beyond others, and ``"strike": [SIGNAL, N, FOLDER]`` sends the process a signal when it
is about to open, link, rename or remove a file in a folder for the N-th time.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from PIL import Image

from llcodec._api import load_codec, load_enhancer
from llcodec.cli._main import main, run
from llcodec.codec.models import DEFAULT_MODEL

CHANGES = frozenset({"open", "os.link", "os.mkdir", "os.remove", "os.rename"})
_CAPABILITIES_3 = 0x20080522


def give_up_privileges() -> None:
    """Have no capability any more; files are then what their permissions say, to root too."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def strike(number: int, at: int, folder: str) -> None:
    """Send this process a signal at its ``at``-th change in a folder."""
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event not in CHANGES:
            return
        paths = [os.fsdecode(a) for a in arguments if isinstance(a, str | os.PathLike)]
        if any(os.path.abspath(path).startswith(folder) for path in paths):  # noqa: PTH100
            count += 1
            if count == at:
                os.kill(os.getpid(), number)

    sys.addaudithook(hook)


def become(order: Mapping[str, Any]) -> NoReturn:
    """Be a process that runs ``llc``, and end as it does."""
    code = 99
    try:
        os.chdir(order["cwd"])
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(order["in"], os.O_RDONLY), 0)
        os.dup2(os.open(order["out"], flags), 1)
        os.dup2(os.open(order["err"], flags), 2)
        for name, mode, descriptor in (("stdin", "r", 0), ("stdout", "w", 1), ("stderr", "w", 2)):
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
        sys.argv = ["llc", *order["run"]]
        if order.get("ordinary"):
            give_up_privileges()
        if "strike" in order:
            strike(*order["strike"])
        Path(order["out"] + ".start").write_text(str(resident_kilobytes()))
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 98
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def resident_kilobytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def memory_at_start(order: Mapping[str, Any]) -> int | None:
    """Return the kilobytes that a process noted when it started, None if it did not get there."""
    note = Path(order["out"] + ".start")
    text = note.read_text() if note.exists() else ""
    return int(text) if text else None


def obey() -> None:
    """Do what the lines of standard input say."""
    running: dict[int, Mapping[str, Any]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "run" in order:
            pid = os.fork()
            if pid == 0:
                become(order)
            running[pid] = order
            answer: dict[str, object] = {"pid": pid}
        else:
            pid, status, usage = os.wait4(order["wait"], 0)
            start = memory_at_start(running.pop(pid))
            grown = None if start is None else round((usage.ru_maxrss - start) / 1000, 1)
            answer = {"code": os.waitstatus_to_exitcode(status), "grown_mb": grown}
        print(json.dumps(answer), flush=True)


def warm_up() -> None:
    """Load models and whatever is imported late, so that each run starts from there."""
    load_codec(DEFAULT_MODEL, "auto")
    load_enhancer("joint", "auto")
    here = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Image.new("RGB", (32, 32)).save("a.png")
        for words in (
            ["encode", "a.png"],
            ["decode", "a.llc", "-o", "b.png"],
            ["enhance", "a.png"],
        ):
            assert run([*words, "--quiet"]) == 0
    os.chdir(here)
    gc.freeze()  # collecting would copy the pages that forks share
    print(json.dumps({"ready": True}), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # whatever the tests were started with
    warm_up()
    obey()
