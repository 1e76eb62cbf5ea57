"""Folders with empty files: listing a data set opens none of them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from llcodec.data.registry import Listing

Touch = Callable[..., None]


@pytest.fixture
def touch(tmp_path: Path) -> Touch:
    """Make empty files below ``tmp_path``."""

    def make(*names: str) -> None:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return make


@pytest.fixture
def shown(tmp_path: Path) -> Callable[[Listing], list[tuple[str, ...]]]:
    """Show the samples of a listing as (split, scene, id, files below ``tmp_path``…)."""

    def show(listing: Listing) -> list[tuple[str, ...]]:
        def files(paths: Iterable[Path]) -> tuple[str, ...]:
            return tuple(path.relative_to(tmp_path).as_posix() for path in paths)

        return [(s.split, s.scene, s.id, *files(s.paths)) for s in listing.samples]

    return show
