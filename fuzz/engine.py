"""Run one harness under atheris, which drives libFuzzer with the lines that an input reaches.

    python -m fuzz.engine container CORPUS [SEEDS …] [libFuzzer's flags, such as -runs=1000]

The harness is ``fuzz_NAME.py``. Inputs that are found interesting are added to CORPUS; one that
makes anything but an error of llcodec's come out is written to a file and ends the run.
"""

import sys
from importlib import import_module

import atheris
import torch

from fuzz.bounds import bounded


def main() -> None:
    """Run the harness that the command line names; does not return."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    name, *flags = sys.argv[1:]
    torch.set_num_threads(1)
    # Only what is imported within this block tells libFuzzer where an input has been.
    with atheris.instrument_imports(include=["llcodec"]):
        harness = import_module(f"fuzz.fuzz_{name}")
        one_input = bounded(harness.one_input)
        for _, data in harness.seeds():  # what is loaded by the first inputs is not their cost
            harness.one_input(data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        mutated: bytes = harness.mutate(data, max_size, seed, atheris.Mutate)
        return mutated

    limit = f"-max_len={harness.MAX_LENGTH}"
    atheris.Setup([sys.argv[0], limit, *flags], one_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
