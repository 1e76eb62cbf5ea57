"""Tell inputs and output apart among the names on the command line."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import typer

from llcodec.cli._input import STREAM
from llcodec.cli._sources import Found

_STDIN: Final = frozenset({STREAM, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_ALIKE: Final = 0.75  # .lcc and .llc, .jgp and .jpg: three of four characters in their order
_FOREIGN: Final = frozenset({".heic", ".heif", ".jxl"})  # no typing errors, if nothing writes them
_STDOUT: Final = frozenset({STREAM, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


@dataclass(frozen=True)
class Ends:
    """What is read, and where the output goes.

    Attributes:
        inputs: files, folders and patterns; ``-`` for standard input.
        output: a file or folder, ``-`` for standard output, or None for names beside the inputs.
    """

    inputs: tuple[str, ...]
    output: str | None

    @property
    def to_stdout(self) -> bool:
        """Whether the output goes to standard output: on request, or as the input is a stream."""
        return self.output == STREAM or (self.output is None and STREAM in self.inputs)


def ends_of(
    inputs: Sequence[str], output: str | None, *, read: frozenset[str], written: frozenset[str]
) -> Ends:
    """Return inputs and output of ``IN... -o OUT``, or of ``IN OUT`` without ``-o``.

    The second of two names is the output if the first is a file or ``-``, and the second

    - has a suffix that is written and not read, or
    - does not exist, and has no suffix that is read and not written.

    A name that does not exist, and whose suffix looks like a known one with a typing error, is
    neither.

    Args:
        inputs: the arguments that are not options.
        output: the value of ``-o``, if given.
        read: suffixes of the files that the command reads, in lower case.
        written: suffixes of the files that it writes.

    Raises:
        typer.BadParameter: when the second name could only be a folder for outputs, or when its
            suffix looks like a typing error.
    """
    names = [STREAM if name in _STDIN else name for name in inputs]
    if output is None and len(names) == 2 and names[0] != STREAM and inputs[1] in _STDOUT:
        return Ends((names[0],), STREAM)
    if output is None and len(names) == 2 and _is_output(names[0], names[1], read, written):
        return Ends((names[0],), names[1])
    return Ends(tuple(names), STREAM if output in _STDOUT else output)


def _is_output(source: str, name: str, read: frozenset[str], written: frozenset[str]) -> bool:
    suffix = Path(name).suffix.lower()
    try:
        if not name or name == STREAM or Path(name).is_dir():
            return False
        there = Path(name).exists() or Path(name).is_symlink()
        several = Path(source).is_dir() or (glob.has_magic(source) and not Path(source).exists())
    except OSError:
        return False  # the name is too long, for example; reading it will report that
    if there or glob.has_magic(name):
        return suffix in written - read and not several
    if name.endswith("/") or (several and suffix not in read | written):
        raise typer.BadParameter(f"{name} does not exist: write -o {name} for a folder of outputs")
    if several or suffix in read - written:
        return False
    meant = None if suffix in written | _FOREIGN else _meant(suffix, read | written)
    if meant is not None:
        raise typer.BadParameter(
            f"{name} does not exist, and has an unknown suffix: did you mean "
            f"{Path(name).with_suffix(meant)}? (-o {name} writes a file of this name)"
        )
    return True


def _meant(suffix: str, known: frozenset[str]) -> str | None:
    """Return the known suffix that another one is nearly equal to, or None."""
    alike = [each for each in sorted(known) if each[:2] == suffix[:2]]
    return next(iter(get_close_matches(suffix, alike, n=1, cutoff=_ALIKE)), None)


def without_devices(found: Found, ends: Ends) -> Found:
    """Return sources without those in /dev and /proc if outputs would be named after them."""
    if ends.output is not None:
        return found
    result = Found(failures=list(found.failures))
    for source in found.sources:
        if source.named and source.path.startswith(("/dev/", "/proc/")):
            result.fail(source.path, "is not a regular file to name the output after: give -o OUT")
        else:
            result.sources.append(source)
    return result
