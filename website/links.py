"""Where documents of the repository are in the site, and what becomes of their links.

Documents keep their folders, but for those of ``docs/``, which are at the top. Every other file
that a document links to is copied. A link to a folder leads to what describes it; where there is
nothing, its text remains.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote, unquote

from website.nesting import deeper

FIRST: Final = "docs/README.md"
"""The document that is the first page, and whose lists are the order of the site."""

START: Final = "README.md"
_RENAMED: Final = {FIRST: "index.md", START: "start.md"}
_DESCRIPTIONS: Final = ("README.md", "report.html", "table.csv")  # of folders, the best first
_FENCE: Final = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


@dataclass
class Documents:
    """The documents that are reached from the first ones, and the other files they link to.

    Attributes:
        root: The folder of the repository.
        pages: Texts for the site by the path of the document in the repository.
        copies: Paths in the repository of files that are copied as they are.
    """

    root: Path
    pages: dict[str, str] = field(default_factory=dict)
    copies: set[str] = field(default_factory=set)


def collect(root: Path) -> Documents:
    """Return all documents of ``docs/`` and those that they lead to, with links as in the site.

    Raises:
        FileNotFoundError: A link leads nowhere, or out of the repository.
    """
    found = Documents(root.resolve())
    waiting = [START, *(f"docs/{path.name}" for path in sorted((root / "docs").glob("*.md")))]
    while waiting:
        document = waiting.pop()
        if document not in found.pages:
            text = (found.root / document).read_text("utf-8")
            targets: list[str] = []
            found.pages[document] = _rewritten(text, found.root, document, targets.append)
            waiting += [target for target in targets if target.endswith(".md")]
            found.copies.update(target for target in targets if not target.endswith(".md"))
    return found


def place(path: str) -> str:
    """Return where a file of the repository is in the site, before Markdown becomes HTML."""
    return _RENAMED.get(path, path.removeprefix("docs/"))


def ordered(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield title and documents of each list of the first page."""
    parts = re.split(r"^(\w[^\n]*):$", text, flags=re.MULTILINE)
    for title, items in zip(parts[1::2], parts[2::2], strict=True):
        links = re.findall(r"^- \[[^\]]*\]\(([^)]*)\)", items, re.MULTILINE)
        yield title, [os.path.normpath(f"docs/{link}").replace(os.sep, "/") for link in links]


def _rewritten(text: str, root: Path, document: str, reach: Callable[[str], None]) -> str:
    def change(link: re.Match[str]) -> str:
        mark, label, address = link.groups()
        if "://" in address or address.startswith(("#", "mailto:")):
            return link[0]
        name, _, anchor = unquote(address).partition("#")
        target = _target(root, document, name)
        if target is None:
            return label
        reach(target)
        if document == FIRST and target.endswith(".md"):
            label = _title(root / target)  # not the name of a file
        here = str(PurePosixPath(place(document)).parent)
        to = quote(os.path.relpath(place(target), here).replace(os.sep, "/"))
        return f"{mark}[{label}]({to}{'#' if anchor else ''}{anchor})"

    parts = _FENCE.split(text)
    return "".join(
        part if part.startswith("```") else _LINK.sub(change, deeper(part)) for part in parts
    )


def _title(document: Path) -> str:
    return document.read_text("utf-8").partition("\n")[0].removeprefix("# ")


def _target(root: Path, document: str, name: str) -> str | None:
    """Return the file that a link leads to, or None for a folder that nothing describes."""
    path = (root / document).parent.joinpath(name).resolve()
    if not (path.exists() and path.is_relative_to(root)):
        raise FileNotFoundError(f"{document} links to {name}, which does not exist")
    if path.is_dir():
        described = (path / each for each in _DESCRIPTIONS if (path / each).exists())
        path = next(described, path)
    return None if path.is_dir() else path.relative_to(root).as_posix()
