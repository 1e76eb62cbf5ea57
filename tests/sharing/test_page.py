"""Pages hold the file, and what they were asked to hold."""

import base64
import gzip
import re
from pathlib import Path

import pytest
from safetensors.numpy import load

from llcodec import errors
from llcodec._version import __version__
from llcodec.codec.models import load_model
from llcodec.container import read_header
from llcodec.sharing.library import PUBLIC, Linked, Standalone
from llcodec.sharing.page import share
from llcodec.sharing.web_model import web_model
from tests.conftest import Ship
from tests.sharing.conftest import TINY

GOLDEN = Path(__file__).parents[1] / "golden"
FAST = (GOLDEN / "shipped" / "fast.llc").read_bytes()
ODD = (GOLDEN / "v1" / "odd-q8.llc").read_bytes()
SCRIPT = 'console.log("</script><!-- no end");'


def held(page: bytes) -> dict[str, bytes]:
    """Return the files that a page holds."""
    pattern = r'<script type="application/x-llcodec" data-name="([^"]+)"( data-gzip)?>([^<]*)<'
    found = {}
    for name, gzipped, text in re.findall(pattern, page.decode("utf-8")):
        data = base64.b64decode(text)
        found[name] = gzip.decompress(data) if gzipped else data
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What stands in for dist/page of the npm package: pages hold these files unread."""
    (tmp_path / "viewer.js").write_text(SCRIPT)
    (tmp_path / "ort.wasm.bundle.min.mjs").write_bytes(b"the runtime")
    (tmp_path / "ort-wasm-simd-threaded.wasm").write_bytes(bytes(1000))
    return tmp_path


def test_a_linked_page_holds_the_file_alone() -> None:
    page = share(FAST, "a", Linked())
    assert held(page) == {"a.llc": FAST}
    assert f'src="{PUBLIC}viewer.js"'.encode() in page
    assert f"@{__version__}/" in PUBLIC
    assert b"Content-Security-Policy" not in page


@pytest.mark.parametrize("url", ["../viewer", "../viewer/"])
def test_it_may_load_another_folder(url: str) -> None:
    assert b'src="../viewer/viewer.js"' in share(FAST, "a", Linked(url))


def test_a_standalone_page_loads_nothing(folder: Path) -> None:
    page = share(ODD, "a", Standalone(folder, str(TINY)))
    files = held(page)
    assert files.keys() == {
        "a.llc",
        "ort.wasm.bundle.min.mjs",
        "ort-wasm-simd-threaded.wasm",
        "tiny.web.safetensors",
    }
    assert files["a.llc"] == ODD
    assert files["ort-wasm-simd-threaded.wasm"] == bytes(1000)
    assert "graph.synthesis" in load(files["tiny.web.safetensors"])
    assert b"default-src 'none'" in page
    assert not re.search(rb'(src|href)="(?!data:)', page)


def test_a_standalone_page_can_hold_a_look(folder: Path, look: Path) -> None:
    plain, detailed = (
        held(share(ODD, "a", Standalone(folder, str(TINY), detail, str(look)))) for detail in (0, 1)
    )
    differing = {name for name in plain if plain[name] != detailed[name]}
    assert differing == {"tiny.web.safetensors"}
    assert detailed["tiny.web.safetensors"] == web_model(load_model(str(TINY)), 1, str(look))


def test_a_script_cannot_end_its_element_early(folder: Path) -> None:
    page = share(ODD, "a", Standalone(folder, str(TINY))).decode("utf-8")
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page)
    assert script == SCRIPT.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def test_a_shipped_codec_is_found_by_its_name(folder: Path) -> None:
    assert "fast.web.safetensors" in held(share(FAST, "a", Standalone(folder)))


def test_names_are_escaped() -> None:
    page = share(FAST, '<b>"&', Linked()).decode("utf-8")
    assert "<title>&lt;b&gt;&quot;&amp;</title>" in page
    assert "<b>" not in page


def test_a_page_needs_the_model_of_its_file(folder: Path, tmp_path: Path, ship: Ship) -> None:
    ship(tmp_path)
    for library in (Linked(), Standalone(folder)):
        with pytest.raises(errors.UnknownModelError, match=r"llcodec\[models\]"):
            share(FAST, "a", library)


def test_a_page_that_could_not_show_the_file_is_not_made(folder: Path) -> None:
    with pytest.raises(errors.WrongModelError, match="use --standalone"):
        share(ODD, "a", Linked())
    with pytest.raises(errors.UnknownModelError):
        share(ODD, "a", Standalone(folder))
    with pytest.raises(errors.WrongModelError, match="needs the model tiny"):
        share(ODD, "a", Standalone(folder, "fast"))
    with pytest.raises(errors.CorruptError):
        share(FAST[:-1] + b"\0", "a", Linked())
    assert read_header(FAST).model_name == "fast"


def test_a_folder_without_the_viewer_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.InputError, match="is not the folder of the viewer: viewer"):
        Standalone(tmp_path)
