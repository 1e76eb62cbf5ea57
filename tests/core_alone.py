"""A plugin of pytest for the core alone: tests that need an extra are skipped, and say which.

It does nothing where PyTorch is installed: there, whatever is missing is an error.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from llcodec.errors import InputError

_EXTRAS = frozenset(
    {
        "bjontegaard",
        "cattrs",
        "jinja2",
        "matplotlib",
        "onnx",
        "pillow_heif",
        "pillow_jxl",
        "pytorch_msssim",
        "scikit-image",
        "scipy",
        "selenium",
        "skimage",
        "ssimulacra2",
        "torch",
        "torchvision",
    }
)


class CoreAlone:
    """Hooks for folders, modules, fixtures and tests that import what an extra brings."""

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Skip a module or a folder whose import fails since an extra is missing."""
        report = yield
        if report.failed:
            found = re.search(r"No module named '(\w+)", str(report.longrepr))
            if found is not None and _is_missing_extra(found[1]):
                report.outcome = "skipped"
                report.longrepr = (
                    report.nodeid,
                    0,
                    f"Skipped: needs {found[1]}, which an optional extra installs",
                )
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Skip a test with a fixture that imports what an extra brings."""
        with _skipping():
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """Skip a test that imports what an extra brings."""
        with _skipping():
            yield


@contextmanager
def _skipping() -> Iterator[None]:
    try:
        yield
    except (ModuleNotFoundError, InputError) as error:
        cause = error if isinstance(error, ModuleNotFoundError) else error.__cause__
        if isinstance(cause, ModuleNotFoundError):
            name = (cause.name or "").partition(".")[0]
            if _is_missing_extra(name):
                pytest.skip(
                    f"needs {name}, which an optional extra installs; make test has all extras"
                )
        raise


def _is_missing_extra(name: str) -> bool:
    return name in _EXTRAS and find_spec(name) is None and find_spec("torch") is None
