"""Pages load the npm package of the same version."""

import json
from pathlib import Path

import pytest

from llcodec._version import __version__
from llcodec.sharing.library import PUBLIC

ROOT = Path(__file__).parents[2]


def test_the_npm_package_has_the_version_that_pages_load() -> None:
    path = ROOT / "web" / "package.json"
    if not path.exists():
        pytest.skip("the source archive has no web/")
    package = json.loads(path.read_text("utf-8"))
    assert package["version"] == __version__
    assert f"/{package['name']}@{__version__}/" in PUBLIC
