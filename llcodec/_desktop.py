"""Teach Linux desktops the ``.llc`` format: its type, and how to draw thumbnails.

These are files of two specifications of freedesktop.org: Shared MIME-info Database, and the
thumbnailer entries that GNOME, Xfce and others read.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from llcodec._outputs import atomic_write
from llcodec._signature import MIME_TYPE, SIGNATURE
from llcodec.errors import OutputError

_UPDATE: Final = "update-mime-database"
_MIME_FOLDER: Final = "mime"
_TYPE: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{type}">
    <comment>llcodec photograph</comment>
    <generic-icon name="image-x-generic"/>
    <magic priority="60">
      <match type="string" offset="0" value="{signature}"/>
    </magic>
    <glob pattern="*.llc"/>
  </mime-type>
</mime-info>
"""
_THUMBNAILER: Final = """\
[Thumbnailer Entry]
TryExec={program}
Exec={command} --max-size %s --format png --force --quiet %i -o %o
MimeType={type};
"""


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of a user's data, as the XDG Base Directory specification has it."""
    named = Path(environment.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def files(folder: Path, python: str) -> Mapping[Path, str]:
    """Return the files that describe the format, by their paths.

    Args:
        folder: of data, such as ``~/.local/share``.
        python: path of the interpreter that runs llcodec. The thumbnailer is not called ``llc``:
            LLVM has a command of that name.
    """
    signature = "".join(f"\\x{byte:02x}" for byte in SIGNATURE)
    # -P: a folder of the name llcodec, in which the desktop happens to work, must not be imported
    words = [python, "-P", "-m", "llcodec", "decode"]
    command = " ".join(shlex.quote(word) for word in words).replace("%", "%%")
    return {
        folder / _MIME_FOLDER / "packages" / "llcodec.xml": _TYPE.format(
            type=MIME_TYPE, signature=signature
        ),
        folder / "thumbnailers" / "llcodec.thumbnailer": _THUMBNAILER.format(
            type=MIME_TYPE, program=python, command=command
        ),
    }


def check_platform() -> None:
    """Check that the desktops of this system read these files.

    Raises:
        OutputError: when they do not.
    """
    if sys.platform != "linux":
        raise OutputError(f"only desktops of Linux are supported, not {sys.platform}")


def install(folder: Path) -> tuple[Path, ...]:
    """Write the files that describe the format, and return their paths.

    Raises:
        OutputError: when they cannot be written.
    """
    made = files(folder, sys.executable)
    for path, text in made.items():
        with atomic_write(path) as partial:
            partial.write_text(text, "utf-8")
    return tuple(made)


def remove(folder: Path) -> tuple[Path, ...]:
    """Remove the files of :func:`install`, and return the paths of those that were there.

    Raises:
        OutputError: when one cannot be removed.
    """
    found = tuple(path for path in files(folder, sys.executable) if os.path.lexists(path))
    for path in found:
        try:
            path.unlink()
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error
    return found


def update_database(folder: Path) -> bool:
    """Have the desktop read the types again; return whether the program for that is installed.

    Raises:
        OutputError: when it fails.
    """
    program = shutil.which(_UPDATE)
    if program is None:
        return False
    done = subprocess.run(
        [program, str(folder / _MIME_FOLDER)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise OutputError(f"{_UPDATE} failed: {said}")
    return True
