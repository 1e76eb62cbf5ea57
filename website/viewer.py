"""The viewer of .llc files on the first page of the site, with examples."""

import html
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = "viewer"  # in the site


@dataclass(frozen=True)
class Viewer:
    """What the first page shows.

    Attributes:
        library: the folder ``dist/page`` of the npm package.
        examples: a folder of ``.llc`` files.
    """

    library: Path
    examples: Path

    def copy(self, pages: Path) -> None:
        """Copy viewer and examples to the files of the site.

        Raises:
            FileNotFoundError: if one of the folders is not there, or has no such files.
        """
        target = pages / _FOLDER
        shutil.copytree(self.library, target)
        for path in self._files():
            shutil.copyfile(path, target / path.name)

    def on(self, text: str) -> str:
        """Return the text of a page with the viewer below its first heading."""
        heading, _, rest = text.partition("\n\n")
        return "\n\n".join((heading, self._section(), rest))

    def _section(self) -> str:
        links = " ".join(
            f'<a href="{_FOLDER}/{html.escape(path.name)}">{html.escape(_title(path))}</a>'
            for path in self._files()
        )
        return (
            "Choose a photograph, or drop an `.llc` file: it is decoded here, by your browser, "
            "which loads the decoder first (13 MB, and kept).\n\n"
            f'<llcodec-viewer library="{_FOLDER}/">{links}</llcodec-viewer>\n'
            f'<script type="module" src="{_FOLDER}/viewer.js"></script>'
        )

    def _files(self) -> list[Path]:
        found = sorted(self.examples.glob("*.llc"))
        if not found:
            raise FileNotFoundError(f"{self.examples}: no .llc files")
        return found


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").capitalize()
