"""Any enhancer that is a program: it reads one picture and writes another."""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from llcodec._arrays import Pixels
from llcodec._checksums import sha256_of
from llcodec.bench.interfaces import EnhancerSettings
from llcodec.bench.programs import TIMEOUT, run_program
from llcodec.data.pairs import read_pixels
from llcodec.errors import InputError
from llcodec.imaging import Picture, write_picture

_INPUT, _OUTPUT = "{input}", "{output}"


class CommandEnhancer:
    """Runs a command line with ``{input}`` and ``{output}`` in it, both PNG files.

    No shell takes part: quoting is that of a shell, but nothing is expanded. One run may take
    ``timeout`` seconds.
    Raises InputError if one of the two is missing, or if the quotes do not end.
    """

    def __init__(self, command: str, timeout: float = TIMEOUT) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise InputError(f"the command {command!r} cannot be read: {error}") from error
        if not all(any(mark in word for word in self._words) for mark in (_INPUT, _OUTPUT)):
            raise InputError(f"the command {command!r} needs {_INPUT} and {_OUTPUT}")
        self.name = f"cmd-{Path(self._words[0]).name}"
        self._command, self._timeout = command, timeout

    def settings(self) -> EnhancerSettings:
        """Return the command, and the SHA-256 of the program and of every file that it names.

        As they are now: a script or weights that have been changed make other pictures.
        """
        hashes = {f"SHA-256 of {word}": sha256_of(path) for word, path in self._files()}
        return EnhancerSettings(parameters={"command": self._command, **hashes})

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Yield the program and each file among the words, as they are written, and their paths.

        A file may stand after an option's ``=``, too.
        """
        program, *words = self._words
        found = shutil.which(program)
        if found is not None:
            yield program, Path(found)
        for word in words:
            for part in (word, word.partition("=")[2]):
                if _is_file(part):
                    yield part, Path(part)

    def enhance(self, pixels: Pixels) -> Pixels:
        """Return the picture that the program writes, which must be of the same size.

        Raises InputError if the program fails or takes too long, or writes no such picture.
        """
        with TemporaryDirectory() as folder:
            source, target = Path(folder) / "input.png", Path(folder) / "output.png"
            with source.open("wb") as file:
                write_picture(Picture(pixels), file, format="PNG")
            places = {_INPUT: str(source), _OUTPUT: str(target)}
            command = [_filled(word, places) for word in self._words]
            run_program(command, timeout=self._timeout)
            if not target.is_file():
                raise InputError(f"{self.name} wrote no picture to {_OUTPUT}")
            try:
                made = read_pixels(target)
            except InputError as error:
                reason = str(error).removeprefix(f"{target}: ")
                raise InputError(f"{self.name} wrote what is {reason}") from error
        if made.shape != pixels.shape:
            wanted, got = (f"{shape[1]}×{shape[0]}" for shape in (pixels.shape, made.shape))
            raise InputError(f"{self.name} made a picture of {got} pixels, not of {wanted}")
        return made


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):  # no path at all: too long, say, or with a zero in it
        return False


def _filled(word: str, places: dict[str, str]) -> str:
    for mark, path in places.items():
        word = word.replace(mark, path)
    return word
