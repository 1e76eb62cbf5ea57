"""A page that holds an ``.llc`` file and shows it, to people who have nothing installed."""

import html
from pathlib import Path
from string import Template
from typing import Final

from llcodec.container import Limits, unpack
from llcodec.sharing.library import VIEWER, Held, Library

_TEMPLATE: Final = Path(__file__).with_name("page.html")
# What a page that holds everything may do: nothing leaves it, and nothing is loaded.
_ALONE: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src blob: data:"
)


def share(data: bytes, title: str, library: Library, limits: Limits | None = None) -> bytes:
    """Return the page of a file, as UTF-8.

    Args:
        data: the whole ``.llc`` file.
        title: of the page, and the name of the file without a suffix.
        library: where the page takes the viewer from.
        limits: upper bounds on the contents of the file.

    Raises:
        FormatError: if the file is damaged, or not an ``.llc`` file.
        LlcError: if the page could not show it.
    """
    header = unpack(data, limits or Limits()).header
    name = f"{title}.llc"
    held = (Held.of(name, data), *library.files_for(header))
    script, url = library.script(), library.url
    page = Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=html.escape(title),
        policy="" if script is None else _policy(),
        name=html.escape(name),
        size=f"{header.width}×{header.height}",
        held="\n".join(map(_element, held)),
        viewer=_linked(url or "") if script is None else _inline(script),
    )
    return page.encode("utf-8")


def _policy() -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{_ALONE}">\n'


def _element(held: Held) -> str:
    gzipped = " data-gzip" if held.gzipped else ""
    name = html.escape(held.name)
    return f'<script type="application/x-llcodec" data-name="{name}"{gzipped}>{held.text}</script>'


def _linked(url: str) -> str:
    source = html.escape(url.rstrip("/") + "/" + VIEWER)
    return f'<script type="module" crossorigin src="{source}"></script>'


def _inline(script: str) -> str:
    # No text may end the element early, in a string of the script either.
    safe = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return f'<script type="module">{safe}</script>'
