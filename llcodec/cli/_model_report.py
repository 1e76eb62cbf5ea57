"""What ``llc models list`` tells of a model."""

from llcodec.cli._plan import Job
from llcodec.cli._report import Record
from llcodec.cli._text import printable

_NAME_WIDTH = 10  # letters; those of the shipped models fit
_HASH_DIGITS = 16  # of the SHA-256: the bytes that stand in every .llc header


def facts(job: Job) -> Record:
    """Return what is told of the shipped model that the job names."""
    from llcodec._cards import read_card, shipped_file

    file = shipped_file(job.source)
    card = read_card(file)
    return {
        "name": job.source,
        "kind": card.kind,
        "path": str(file),
        "bytes": card.size,
        "hash": card.sha256[:_HASH_DIGITS],
        "sha256": card.sha256,
        "preset": card.preset,
        "parameters": card.parameters,
        "steps": card.training.steps,
        "hours": card.training.hours,
        "date": card.training.exported,
    }


def describe(record: Record) -> str:
    """Return the line of a model."""
    r = record
    parts = [
        f"{r['name']:<{_NAME_WIDTH}}  {r['kind']:<8}  {r['bytes'] / 1e6:4.1f} MB  {r['hash']}"
        f"  preset {r['preset']}",
        f"{r['parameters'] / 1e6:.2f} M parameters",
        None if r["steps"] is None else f"{r['steps']:,} steps",
        None if r["hours"] is None else f"{r['hours']:.1f} hours",
        r["date"],
    ]
    return printable(", ".join(part for part in parts if part))
