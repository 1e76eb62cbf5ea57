"""Peak memory of programs, as the operating system has it.

It keeps the largest resident set of every process that ended, and of those that it waited for.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from llcodec.bench.codecs.programs import run_program

# Run in a small process in between: a new process counts what its parent held when it was
# started, and the parent here is a large one.
_WATCH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024))  # bytes there, KiB elsewhere
sys.exit(done.returncode)
"""


def peak_of(command: Sequence[str]) -> float | None:
    """Run a program and return its peak resident memory in MB (10^6 bytes).

    If the program starts others and waits for them, the figure is that of the largest of them all.
    None, and nothing is run, where the system does not tell (on Windows).
    Raises InputError with the last thing that the program said if it fails.
    """
    if find_spec("resource") is None:
        return None
    watched = [sys.executable, "-I", "-S", "-c", _WATCH, *command]
    told = run_program(watched, timeout=None)  # whoever starts what may hang has a limit for it
    return round(int(told) / 1e6, 1)
