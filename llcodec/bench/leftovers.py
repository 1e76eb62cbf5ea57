"""What earlier runs have left in a folder of results, and this one did not make."""

from collections.abc import Collection, Iterable
from pathlib import Path

from llcodec.errors import OutputError


def result_path(out: Path, name: str) -> Path:
    """Return where the results of the pipeline ``name`` stand in a folder."""
    return out / f"{name}.json"


def remove_results(out: Path, names: Iterable[str]) -> None:
    """Remove earlier results of pipelines, if there are any. Raises OutputError."""
    for name in names:
        path = result_path(out, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error


def other_results(out: Path, names: Collection[str]) -> tuple[str, ...]:
    """Return the names of JSON files in a folder that are not of these pipelines, sorted."""
    own = {result_path(out, name).name for name in names}
    return tuple(sorted({path.name for path in out.glob("*.json")} - own))
