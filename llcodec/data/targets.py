"""The paths of the files of a prepared data set."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from llcodec.data.frames import is_picture
from llcodec.data.registry import Problem, Sample, place


@dataclass
class Targets:
    """The plan of a prepared folder: a target for every source; targets are unique.

    ``samples`` pairs each sample with the prepared one.
    """

    files: dict[Path, Path] = field(default_factory=dict)
    samples: list[tuple[Sample, Sample]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def plan_targets(samples: Sequence[Sample], root: Path, out: Path, *, resized: bool) -> Targets:
    """Return where the files of ``samples`` go: pairs to low/ and high/, others by their split.

    Pictures keep their format unless they are ``resized``; everything else becomes PNG. A sample
    with the same target as another one is a problem.
    """
    targets, owners = Targets(), dict[Path, Path]()
    for sample in samples:
        wanted = {path: out / name for path, name in _names(sample, resized).items()}
        wanted = {path: targets.files.get(path, target) for path, target in wanted.items()}
        taken = [p for p, target in wanted.items() if owners.get(target, p) != p]
        if taken:
            other = place(owners[wanted[taken[0]]], root)
            targets.problems.append(Problem(place(taken[0], root), f"has the same name as {other}"))
            continue
        targets.files |= wanted
        owners |= {target: path for path, target in wanted.items()}
        low, high = (p if p is None else wanted[p] for p in (sample.low, sample.high))
        targets.samples.append((sample, replace(sample, low=low, high=high)))
    return targets


def _names(sample: Sample, resized: bool) -> dict[Path, str]:
    if sample.low is None or sample.high is None:
        return {p: _name(p, f"{sample.split}/{sample.id}", resized) for p in sample.paths}
    high = sample.id if sample.id == sample.scene else f"{sample.scene}/{sample.high.stem}"
    return {
        sample.low: _name(sample.low, f"low/{sample.id}", resized),
        sample.high: _name(sample.high, f"high/{high}", resized),
    }


def _name(path: Path, name: str, resized: bool) -> str:
    """Return ``name`` without parts that lead out of the folder, with the suffix of the target."""
    parts = (part for part in PurePosixPath(name).parts if part not in ("/", ".."))
    return "/".join(parts) + (path.suffix if is_picture(path) and not resized else ".png")
