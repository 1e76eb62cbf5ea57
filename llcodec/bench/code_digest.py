"""Hash the code that measurements depend on.

Of Python files, the syntax tree without docstrings and comments is hashed. Rewording or
reformatting them keeps measurements that took hours. Any other change, committed or not, makes them
stale: their cache keys are no longer found, and the next run measures again.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
# Codecs, enhancers, metrics, and the code that runs them: files, folders or patterns.
_DECIDES = (
    "_*.py",
    "codec",
    "container",
    "engine",
    "enhancing",
    "entropy",
    "imaging",
    "metrics",
    "nerco",
    "nets",
    "smg",
    "snr_aware",
    "tcm",
    "bench/codecs",
    "bench/enhancers",
    "bench/coding_worker.py",
    "bench/complexity.py",
    "bench/interfaces.py",
    "bench/per_pipeline.py",
    "bench/pipelines.py",
    "bench/programs.py",
    "bench/runner.py",
    "bench/scores.py",
    "data/pairs.py",
)


@cache
def code_digest() -> str:
    """Return the digest of this package.

    It is computed once per process, because loaded code stays the same when its files change.

    Raises:
        OSError: if a file cannot be read.
    """
    return digest_of(_PACKAGE)


def digest_of(package: Path) -> str:
    """Return a hash, 64 hexadecimal digits, of the files that decide results.

    Args:
        package: the folder of this package, or of a copy of it.

    Raises:
        OSError: if a file cannot be read, or is missing.
    """
    digest = hashlib.sha256()
    for file in _files(package):
        digest.update(f"{file.relative_to(package).as_posix()}\n".encode())
        digest.update(_file_digest(file))
    return digest.hexdigest()


def _files(package: Path) -> Iterator[Path]:
    for place in _DECIDES:
        found = sorted(package.glob(place))
        if not found:
            raise FileNotFoundError(f"{package / place} is missing")
        for path in found:
            inside = sorted(path.rglob("*.*")) if path.is_dir() else [path]
            yield from (file for file in inside if file.suffix != ".pyc")


def _file_digest(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix == ".py":
        content = "\n".join(_tokens(ast.parse(content))).encode()
    return hashlib.sha256(content).digest()


def _tokens(value: object) -> Iterator[str]:
    """Yield a syntax tree as text, depth first, without positions and docstrings.

    Unlike ``ast.dump``, fields that are empty are left out, as they differ between Python versions.
    """
    if isinstance(value, ast.AST):
        yield type(value).__name__
        for name, field in ast.iter_fields(value):
            if field is not None and field != []:
                yield f".{name}"
                yield from _tokens(field)
        yield ")"
    elif isinstance(value, list):
        for item in value:
            if not _is_docstring(item):
                yield from _tokens(item)
    else:
        yield f"{type(value).__name__} {value!r}"


def _is_docstring(node: object) -> bool:
    """Whether a node is a statement that is only a string, which does nothing."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
