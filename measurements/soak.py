"""Encode and decode random pictures in one process, and check results and memory.

    python -m measurements.soak --pairs 2000 --out results/soak.json

Every result must be correct: the decoded picture must be that of the encoder's latents; size, alpha
and metadata must be those of the input. Memory must not grow between pairs, after it is returned to
the system as ``llc`` does between files: slopes are fitted to the second half, when caches are full
and the largest pictures have occurred. Exits with 1 if a result is wrong or if memory grows.
Figures are written every hundred pairs.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from llcodec._memory import release_memory
from llcodec._outputs import atomic_write
from llcodec._threads import use_threads
from llcodec.bench.machine import machine
from llcodec.codec.models import DEFAULT_MODEL
from measurements.heap import Reading, reading
from measurements.soak_pairs import Checker, random_pair

# Growth per 1000 pairs that still counts as flat; the resident set retains some fragmentation.
FLAT: Final = {"resident_mb": 30.0, "in_use_mb": 10.0, "objects": 20_000.0}
FEWEST: Final = 500  # pairs needed to fit a slope
_EVERY: Final = 100  # pairs between writing figures
_MOST_LISTED: Final = 20  # wrong results in the file


@dataclass
class Soak:
    """The results of all pairs so far, with the ``memory`` after each of them."""

    pairs: int = 0
    pixels: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    memory: list[Reading] = field(default_factory=list)

    def slopes(self) -> dict[str, float]:
        """Return the growth of each figure of memory per 1000 pairs."""
        names = [each.name for each in fields(Reading)]
        return {name: round(slope([getattr(r, name) for r in self.memory]), 2) for name in names}

    def verdict(self) -> str:
        """Return whether memory is flat or grows, in words."""
        if self.pairs < FEWEST:
            return "too few pairs to tell"
        flat = all(value <= FLAT[name] for name, value in self.slopes().items())
        return "flat" if flat else "grows"

    def facts(self) -> dict[str, Any]:
        """Return the figures for the result file."""
        every = max(1, len(self.memory) // 100)
        return {
            "pairs": self.pairs,
            "megapixels": round(self.pixels / 1e6, 2),
            "kinds": dict(sorted(self.kinds.items())),
            "wrong_results": len(self.wrong),
            "wrong": self.wrong[:_MOST_LISTED],
            "memory": {
                "verdict": self.verdict(),
                "slopes_per_1000_pairs": self.slopes(),
                "flat_up_to": FLAT,
                "first": asdict(self.memory[0]),
                "last": asdict(self.memory[-1]),
                "peak_resident_mb": max(each.resident_mb for each in self.memory),
                "every_pairs": every,
                "in_use_mb": [each.in_use_mb for each in self.memory[::every]],
                "resident_mb": [each.resident_mb for each in self.memory[::every]],
            },
        }


def slope(figures: Sequence[float]) -> float:
    """Return the growth of figures per 1000 pairs, fitted to their second half."""
    half = np.asarray(figures[len(figures) // 2 :])
    if len(half) < 2:
        return 0.0
    return float(1000 * np.polyfit(np.arange(len(half)), half, 1)[0])


def soak(pairs: int, seed: int, model: str, out: Path, head: dict[str, Any]) -> Soak:
    """Run ``pairs`` pairs, and write figures regularly."""
    checker, result = Checker(model), Soak()
    start = time.monotonic()
    for number in range(pairs):
        pair = random_pair(np.random.default_rng([seed, number]))
        problems = checker.problems(pair)
        result.pairs += 1
        result.pixels += pair.picture.width * pair.picture.height
        result.kinds.update(pair.kinds)
        result.wrong += [f"pair {number}: {problem}" for problem in problems]
        del pair
        release_memory()
        result.memory.append(reading())
        if result.pairs % _EVERY == 0 or result.pairs == pairs:
            seconds = {"seconds": round(time.monotonic() - start, 1)}
            _write(out, head | seconds | result.facts())
            resident = result.memory[-1].resident_mb
            print(f"{result.pairs} pairs, {len(result.wrong)} wrong, {resident:.0f} MB")
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak test of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="a name, or a weight file")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.pairs < 1:
        parser.error("there must be at least one pair")
    use_threads(options.threads)
    head = {
        "name": "pairs of encoding and decoding in one process: results and memory",
        "command": f"python -m measurements.soak --pairs {options.pairs} --seed {options.seed} "
        f"--out {options.out.name}",
        "model": Path(options.model).stem,
        "machine": machine(),
    }
    result = soak(options.pairs, options.seed, options.model, options.out, head)
    return 1 if result.wrong or result.verdict() == "grows" else 0


def _write(path: Path, result: dict[str, Any]) -> None:
    with atomic_write(path) as part:
        part.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
