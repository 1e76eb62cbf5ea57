"""A hash of the code that measurements depend on.

Not the commit: a change of a document shall not make hours of measurements worthless, and a change
that is not committed yet shall.
"""

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
# Codecs, enhancers and measures, and how the benchmark runs them.
_DECIDES = (
    "_weight_files.py",
    "codec",
    "container",
    "enhancing",
    "entropy",
    "imaging",
    "metrics",
    "nerco",
    "nets",
    "snr_aware",
    "bench/codecs",
    "bench/enhancers",
    "bench/coding_worker.py",
    "bench/complexity.py",
    "bench/pipeline_complexity.py",
    "bench/pipelines.py",
    "bench/runner.py",
    "bench/scores.py",
    "bench/warming.py",
    "bench/watching.py",
    "bench/workers.py",
    "data/pairs.py",
)


@cache
def code_digest() -> str:
    """Return the digest of this package.

    Taken once in a process: what is loaded stays as it is, whatever becomes of the files.
    Raises OSError if they cannot be read.
    """
    return digest_of(_PACKAGE)


def digest_of(package: Path) -> str:
    """Return 64 hexadecimal digits: a hash of names and contents of the files that decide results.

    ``package`` is the folder of this package or of a copy. Raises OSError if they cannot be read.
    """
    digest = hashlib.sha256()
    for place in _DECIDES:
        path = package / place
        for file in sorted(path.rglob("*.*")) if path.is_dir() else (path,):
            if file.suffix == ".pyc":
                continue
            digest.update(f"{file.relative_to(package).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
