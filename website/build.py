"""Build the site: ``python -m website.build FOLDER``, with what the extra ``docs`` brings.

Any warning of MkDocs is an error, such as a link to a heading that does not exist.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from website import commands, reference
from website.links import FIRST, START, collect, ordered, place
from website.viewer import Viewer

ROOT: Final = Path(__file__).parents[1]
# Pages that are made: after which document they come, their names, and what makes their text.
_AFTER: Final = {
    "docs/cli.md": ("commands.md", commands.page),
    "docs/python.md": ("reference.md", reference.page),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site into a folder, and return the exit code of MkDocs."""
    parser = argparse.ArgumentParser(prog="python -m website.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="is made, or replaced if it is a site")
    parser.add_argument(
        "--viewer",
        type=Path,
        nargs=2,
        metavar=("LIBRARY", "EXAMPLES"),
        help="show .llc files on the first page: web/dist/page, and a folder of such files",
    )
    options = parser.parse_args(arguments)
    return build(options.folder, Viewer(*options.viewer) if options.viewer else None)


def build(site: Path, viewer: Viewer | None = None) -> int:
    """Build the site into a folder, which MkDocs empties, and return the exit code of MkDocs."""
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "mkdocs.json"
        settings = {"docs_dir": str(Path(folder) / "pages"), "site_dir": str(site.resolve())}
        text = json.dumps(_configuration() | settings)
        configuration.write_text(text, "utf-8")
        write_pages(Path(folder) / "pages", viewer)
        command = (sys.executable, "-m", "mkdocs", "build", "--strict")
        variables = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
        end = subprocess.run([*command, "-f", configuration], env=variables, check=False)
        return end.returncode


def write_pages(folder: Path, viewer: Viewer | None = None) -> None:
    """Write the Markdown files of the site, and copy the files that they link to."""
    documents = collect(ROOT)
    for path, text in documents.pages.items():
        shown = viewer.on(text) if viewer and path == FIRST else text
        _write(folder / place(path), shown)
    if viewer:
        viewer.copy(folder)
    for name, page in _AFTER.values():
        _write(folder / name, page())
    for path in documents.copies:
        target = folder / place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)


def navigation() -> list[dict[str, Any]]:
    """Return the order of the pages, as MkDocs wants it: that of the lists of the first page."""
    sections: list[dict[str, Any]] = [{"Documentation": place(FIRST)}, {"Start": place(START)}]
    for title, documents in ordered((ROOT / FIRST).read_text("utf-8")):
        pages = []
        for document in documents:
            pages.append(place(document))
            if document in _AFTER:
                pages.append(_AFTER[document][0])
        sections.append({title: pages})
    return sections


def _configuration() -> dict[str, Any]:
    options = {
        "docstring_style": "google",
        "heading_level": 3,
        "members_order": "source",
        "show_root_heading": True,
        "show_root_full_path": False,
        "show_source": False,
        "show_signature_annotations": True,
        "separate_signature": True,
    }
    python = {"paths": [str(ROOT)], "options": options}
    return {
        "INHERIT": str(ROOT / "website" / "mkdocs.yml"),
        "nav": navigation(),
        "plugins": ["search", {"mkdocstrings": {"handlers": {"python": python}}}],
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
