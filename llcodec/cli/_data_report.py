"""Reports on data sets, as text and as JSON."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llcodec.data.prepare import Prepared
    from llcodec.data.registry import DataSet, Report, Split

Record = Mapping[str, Any]


def entry_record(dataset: "DataSet") -> Record:
    """Return a data set as a JSON object."""
    return {
        "name": dataset.name,
        "title": dataset.title,
        "kind": dataset.kind,
        "home": dataset.home,
        "licence": dataset.licence,
        "paper": dataset.paper,
        "use": dataset.use,
        "splits": [
            {"name": split.name, "samples": split.samples, "scenes": split.scenes}
            for split in dataset.splits
        ],
        "layout": list(dataset.layout),
        "notes": list(dataset.notes),
        "overlaps": list(dataset.overlaps),
    }


def brief_lines(dataset: "DataSet") -> Iterator[str]:
    """Yield the lines of a data set in the list of all."""
    yield f"{dataset.name:<17} {dataset.title}"
    yield f"{'':<17} {dataset.kind}: {splits_in_words(dataset)}"


def entry_lines(dataset: "DataSet") -> Iterator[str]:
    """Yield a full description of a data set."""
    yield f"{dataset.name}: {dataset.title}"
    facts = {
        "kind": (dataset.kind,),
        "home": (dataset.home,),
        "licence": (dataset.licence,),
        "paper": (dataset.paper,),
        "use": (dataset.use,),
        "splits": (splits_in_words(dataset),),
        "layout": dataset.layout,
        "note": dataset.notes,
        "overlaps": dataset.overlaps,
    }
    for name, texts in facts.items():
        yield from (f"  {name:<9} {text}" for text in texts)


def splits_in_words(dataset: "DataSet") -> str:
    """Return the splits of a data set and their published sizes."""
    return ", ".join(f"{s.name} {_size(s)}" for s in dataset.splits) or "any number"


def _size(split: "Split") -> str:
    if split.samples is not None:
        return f"{split.samples:,}"
    if split.scenes is not None:
        return f"{split.scenes:,} scenes"
    return f"{len(split.named)}+ scenes" if split.named else "(unknown)"


def check_record(report: "Report", dataset: "DataSet") -> Record:
    """Return the result of a check as a JSON object."""
    published = {split.name: split.samples for split in dataset.splits}
    return {
        "name": report.dataset,
        "root": str(report.root),
        "whole": report.whole,
        "splits": {
            name: {"found": found, "published": published.get(name)}
            for name, found in report.found.items()
        },
        "problems": [{"where": p.where, "what": p.what} for p in report.problems],
    }


def check_lines(report: "Report", dataset: "DataSet") -> Iterator[str]:
    """Yield the result of a check: splits, problems and a verdict."""
    yield f"{report.dataset} in {report.root}"
    published = {split.name: split.samples for split in dataset.splits}
    for name, found in report.found.items():
        number = published.get(name)
        of = "" if number is None else f" of {number:,}"
        yield f"  {name:<5} {found:,}{of} {_noun(dataset, number or found)}"
    yield from (f"  {problem}" for problem in report.problems)
    count = len(report.problems)
    yield "complete" if report.whole else f"incomplete: {count} problem{'s' if count > 1 else ''}"


def prepared_lines(prepared: "Prepared", dataset: "DataSet") -> Iterator[str]:
    """Yield the contents of a prepared folder, split by split."""
    yield f"{dataset.name} in {prepared.folder}: {prepared.written:,} new files"
    splits = dict.fromkeys(sample.split for sample in prepared.samples)
    for split in splits:
        count = sum(sample.split == split for sample in prepared.samples)
        yield f"  {split:<5} {count:,} {_noun(dataset, count)}"


def _noun(dataset: "DataSet", count: int) -> str:
    return dataset.unit.removesuffix("s") if count == 1 else dataset.unit
