"""Hold out scenes of the training split for validation."""

from collections.abc import Sequence
from dataclasses import replace

from llcodec._checksums import sha256_of
from llcodec.data.registry import Sample
from llcodec.errors import InputError


def hold_out(samples: Sequence[Sample], count: int) -> list[Sample]:
    """Return all pairs, with the split ``val`` for those of ``count`` scenes of ``train``.

    Scenes whose high pictures have the same bytes count as one, so that no scene of val is in
    training under another name. The scenes are evenly spaced over the sorted names.

    Raises InputError if no scene would remain for training.
    """
    groups = _groups([sample for sample in samples if sample.split == "train"])
    names = sorted(set(groups.values()))
    if count >= len(names):
        raise InputError(f"{count} scenes cannot be held out of {len(names)}")
    held = {names[(2 * i + 1) * len(names) // (2 * count)] for i in range(count)}
    return [
        replace(s, split="val") if s.split == "train" and groups[s.scene] in held else s
        for s in samples
    ]


def _groups(samples: Sequence[Sample]) -> dict[str, str]:
    """Return, for each scene, the first scene with which it shares a high picture."""
    groups: dict[str, str] = {}
    first: dict[str, str] = {}
    for high, scene in dict.fromkeys((s.high, s.scene) for s in samples):
        mine = groups.setdefault(scene, scene)
        if high is not None:
            other = groups[first.setdefault(sha256_of(high), scene)]
            if other != mine:
                groups |= {name: other for name, group in groups.items() if group == mine}
    return groups
