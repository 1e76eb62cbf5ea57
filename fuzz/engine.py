"""Run one harness under atheris, which guides libFuzzer by the lines that inputs reach.

    python -m fuzz.engine container CORPUS [SEEDS …] [libFuzzer's flags, such as -runs=1000]

The harness is ``fuzz_NAME.py``. Interesting inputs are added to CORPUS; an input that raises
anything but an error of llcodec is written to a file and ends the run.
"""

import sys
from importlib import import_module

import atheris

from fuzz.bounds import bounded
from llcodec._threads import use_threads


def main() -> None:
    """Run the harness that the command line names; does not return."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    name, *flags = sys.argv[1:]
    use_threads(1)
    # Only modules imported within this block report the lines that inputs reach.
    with atheris.instrument_imports(include=["llcodec"]):
        harness = import_module(f"fuzz.fuzz_{name}")
        one_input = bounded(harness.one_input)
        for _, data in harness.seeds():  # so that no input is charged for loading
            harness.one_input(data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        mutated: bytes = harness.mutate(data, max_size, seed, atheris.Mutate)
        return mutated

    limit = f"-max_len={harness.MAX_LENGTH}"
    atheris.Setup([sys.argv[0], limit, *flags], one_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
