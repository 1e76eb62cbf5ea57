"""Enhancers that are programs: they read one picture and write another."""

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
    """Run a command line that contains ``{input}`` and ``{output}``, the paths of PNG files.

    The command is not run by a shell: quoting works as in a shell, but nothing is expanded. One run
    may take ``timeout`` seconds.
    Raises InputError if a placeholder is missing, or a quote is not closed.
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
        """Return the command, and the SHA-256 of the program and of every file in the command.

        Files are hashed at each call, because a changed script or weight file changes the results.
        """
        hashes = {f"SHA-256 of {word}": sha256_of(path) for word, path in self._files()}
        return EnhancerSettings(parameters={"command": self._command, **hashes})

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Yield the program and each file in the command: as written, and as a path.

        A file may also follow the ``=`` of an option.
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
        """Return the picture that the program writes, which must have the same size.

        Raises InputError if the program fails, takes too long, or does not write such a picture.
        """
        with TemporaryDirectory() as folder:
            source, target = Path(folder) / "input.png", Path(folder) / "output.png"
            with source.open("wb") as file:
                write_picture(Picture(pixels), file, format="PNG")
            places = {_INPUT: str(source), _OUTPUT: str(target)}
            command = [_filled(word, places) for word in self._words]
            run_program(command, timeout=self._timeout)
            if not target.is_file():
                raise InputError(f"{self.name} did not write a picture to {_OUTPUT}")
            try:
                made = read_pixels(target)
            except InputError as error:
                reason = str(error).removeprefix(f"{target}: ")
                raise InputError(f"{self.name} wrote a file that is {reason}") from error
        if made.shape != pixels.shape:
            wanted, got = (f"{shape[1]}×{shape[0]}" for shape in (pixels.shape, made.shape))
            raise InputError(f"{self.name} wrote a picture of {got} pixels instead of {wanted}")
        return made


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):  # not a valid path, for example too long, or with a null byte
        return False


def _filled(word: str, places: dict[str, str]) -> str:
    for mark, path in places.items():
        word = word.replace(mark, path)
    return word
