"""What the documents say of the repository is true."""

import builtins
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import PIL.Image
import pytest

import llcodec

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "python.md"
_MADE = {"demo", "runs", "build", "dist", "site-build"}  # folders that .gitignore names


def _is_kept(path: Path) -> bool:
    first, *others = path.relative_to(ROOT).parts
    made = first.startswith(".") or first in _MADE or "node_modules" in others
    return first == ".github" or not made


DOCUMENTS = sorted(filter(_is_kept, (*ROOT.rglob("*.md"), ROOT / "CITATION.cff")))
# Folders whose files documents name by their paths.
_FOLDERS = (
    *("llcodec", "tests", "docs", "results", "weights"),
    *("measurements", "projects", "examples", "fuzz", "release", "website"),
)
_PATH = re.compile(rf"(?<![\w/.@-])(?:{'|'.join(_FOLDERS)})/[\w./*-]*[\w/*]")


def _without_blocks(document: Path) -> str:
    """Return the text of a document without its blocks of code."""
    text = document.read_text("utf-8")
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(path: Path) -> set[str]:
    """Return the anchors that a renderer makes of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def _links(path: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", _without_blocks(path))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def _broken_links(document: Path, root: Path = ROOT) -> Iterator[str]:
    for link in _links(document):
        name, _, anchor = unquote(link).partition("#")
        target = (document.parent / name).resolve() if name else document
        found = target.exists() and target.is_relative_to(root)
        if not found or (anchor and anchor not in _anchors(target)):
            yield link


def _recorded_modules() -> list[str]:
    """Return the modules whose commands the files of results name."""
    files = (*(ROOT / "results").rglob("*.json"), *(ROOT / "results").rglob("*.md"))
    texts = (path.read_text("utf-8") for path in files)
    found = {name for text in texts for name in re.findall(r"python -m ([\w.]*\w)", text)}
    return sorted(found - {"llcodec.bench.NAME", "llcodec.data.NAME", "measurements.NAME"})


def test_all_documents_are_read() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    assert names >= {"README.md", "CONTRIBUTING.md", "docs/README.md", "weights/README.md"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(document: Path) -> None:
    assert not list(_broken_links(document))


def test_a_broken_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading, with `code`\n\n[gone](gone.md) [here](#a-heading-with-code) [no](#no)\n"
    )
    assert _links(page) == ["gone.md", "#a-heading-with-code", "#no"]
    assert list(_broken_links(page, tmp_path)) == ["gone.md", "#no"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_that_are_named_exist(document: Path) -> None:
    for name in _PATH.findall(_without_blocks(document)):
        homes = (ROOT, document.parent)
        assert any(
            any(home.glob(name)) if "*" in name else (home / name).exists() for home in homes
        ), name


def test_every_page_of_docs_is_in_its_index() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= set(_links(ROOT / "docs" / "README.md"))


def test_every_result_has_a_line_that_says_what_makes_it() -> None:
    names = {path.name for path in (ROOT / "results").iterdir()} - {"README.md"}
    for index in (ROOT / "measurements" / "README.md", ROOT / "results" / "README.md"):
        known = set(re.findall(r"[\w.-]+", index.read_text("utf-8")))
        assert names <= known


@pytest.mark.parametrize("module", _recorded_modules())
def test_modules_of_recorded_commands_exist(module: str) -> None:
    # As results/README.md says of older files.
    now = re.sub(r"^llcodec\.(bench|data)\.", "measurements.", module)
    path = ROOT / now.replace(".", "/")
    assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def test_the_citation_names_the_version() -> None:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {llcodec.__version__}\n" in text


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the page leaves files to the interpreter
def test_the_examples_run_in_their_order(
    picture: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    picture(Path("dark.png"), 64, 48)
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        exec(block, names)
    assert names["from_pillow"] == names["from_array"] == names["from_file"]
    assert capsys.readouterr().out.splitlines()[0].startswith("64 48 4.0 ")
    assert {path.name for path in tmp_path.iterdir()} >= {"bright.png", "enhanced.png"}


def test_all_errors_that_are_named_exist() -> None:
    names = set(re.findall(r"`(\w+Error)`", PAGE.read_text()))
    others = {name for name in names if any(hasattr(m, name) for m in (builtins, PIL, PIL.Image))}
    assert "TypeError" in others
    for name in names - others:
        assert issubclass(getattr(llcodec, name), llcodec.LlcError)
