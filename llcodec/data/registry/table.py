"""The table ``pairs.csv``, which a prepared data set has."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llcodec._outputs import atomic_write
from llcodec.data.registry.listing import Listing, Problem, Sample, place
from llcodec.errors import OutputExistsError

TABLE = "pairs.csv"
"""The name of the table that :func:`llcodec.data.pairs.read_pairs` reads."""

Row = Mapping[str | None, str | None]


def scan_table(root: Path) -> Listing:
    """Return the pairs in the table of ``root``; missing files are problems.

    Its columns are split, low, high (or ref), and optionally scene and id; paths are relative to
    ``root``. A scene in two splits is a problem, since test pictures would be used for training.
    """
    samples: list[Sample] = []
    problems: list[Problem] = []
    try:
        with (root / TABLE).open(newline="", encoding="utf-8") as file:
            for line, row in enumerate(csv.DictReader(file), 2):
                found = _sample(root, row)
                if isinstance(found, Sample):
                    samples.append(found)
                    problems += _missing(root, found, line)
                else:
                    problems.append(Problem(f"{TABLE}, line {line}", found))
    except FileNotFoundError:
        problems.append(Problem(TABLE, "missing"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(TABLE, f"cannot be read: {error}"))
    kept = tuple(s for s in samples if all(path.is_file() for path in s.paths))
    return Listing(kept, (*problems, *_leaks(samples)), tabled=True)


def write_table(root: Path, samples: Sequence[Sample], *, force: bool) -> None:
    """Write the table of pairs below ``root``: id, split, scene, low, high.

    Raises:
        OutputExistsError: if there is a different table, and ``force`` is not set.
        OutputError: if the table cannot be written.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("id", "split", "scene", "low", "high"))
    for sample in samples:
        places = (place(path, root) for path in sample.paths)
        rows.writerow((sample.id, sample.split, sample.scene, *places))
    data, path = text.getvalue().encode(), root / TABLE
    if path.exists() and path.read_bytes() != data and not force:
        raise OutputExistsError(f"{path} exists already (--force overwrites it)")
    with atomic_write(path) as part:
        part.write_bytes(data)


def _sample(root: Path, row: Row) -> Sample | str:
    low, high, split = row.get("low"), row.get("high") or row.get("ref"), row.get("split")
    if not low or not high or not split:
        return "needs the columns split, low and high (or ref)"
    name = row.get("id") or Path(low).with_suffix("").as_posix()
    return Sample(root / low, root / high, row.get("scene") or name, split, name)


def _missing(root: Path, sample: Sample, line: int) -> Iterator[Problem]:
    for path in sample.paths:
        if not path.is_file():
            yield Problem(place(path, root), f"missing; {TABLE}, line {line}")


def _leaks(samples: list[Sample]) -> Iterator[Problem]:
    splits: dict[str, set[str]] = {}
    for sample in samples:
        splits.setdefault(sample.scene, set()).add(sample.split)
    for scene, names in splits.items():
        if len(names) > 1:
            yield Problem(f"scene {scene}", f"in the splits {' and '.join(sorted(names))}")
