"""Provenance of a model: the state of the code, and the data."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from llcodec._version import __version__
from llcodec.data.folders import DataFolders
from llcodec.data.sampling import Sources
from llcodec.data.streaming import StreamedSources

_PACKAGE = Path(__file__).resolve().parent.parent


def code_version() -> str:
    """Return the version, and in a checkout the commit, with a + if files have changed since."""
    if not (_PACKAGE.parent / ".git").exists():
        return __version__
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return __version__
    changed = "+" if _git("status", "--porcelain", "--", "llcodec") else ""
    return f"{__version__} {commit[:12]}{changed}"


def data_summary(data: DataFolders, sources: Sources | StreamedSources) -> str:
    """Return the names of the folders, the numbers of pairs and photographs, and the shards."""
    kept = sources.folders if isinstance(sources, StreamedSources) else sources
    names = folder_names((*data.pairs, *data.photographs))
    counts = f"{len(kept.pairs)} pairs, {len(kept.photographs)} photographs"
    parts = [] if data.shards and not names else [f"{names}: {counts}"]
    for shards in data.shards:
        kind = "pairs" if shards.paired else "photographs"
        held = f"{kind} in {len(shards.urls)} shards, {shards.buffer} at a time"
        parts.append(f"{shards.name}: {held}")
    return "; ".join(parts)


def folder_names(folders: Iterable[Path]) -> str:
    """Return the names of folders without their parents."""
    return ", ".join(folder.resolve().name for folder in folders)


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(_PACKAGE.parent), *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
