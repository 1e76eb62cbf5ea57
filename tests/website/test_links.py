from pathlib import Path

import pytest

from website.links import collect, ordered, place

ROOT = Path(__file__).parents[2]


def _repository(folder: Path, **documents: str) -> Path:
    """Make a repository with a README and these documents, whose names have ``_`` for ``/``."""
    for name, text in ({"README": "# Start"} | documents).items():
        path = folder / f"{name.replace('_', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_documents_of_docs_are_at_the_top() -> None:
    assert place("docs/README.md") == "index.md"
    assert place("README.md") == "start.md"
    assert place("docs/cli.md") == "cli.md"
    assert place("weights/README.md") == "weights/README.md"


def test_links_lead_to_the_places_in_the_site(tmp_path: Path) -> None:
    root = _repository(
        tmp_path,
        docs_page="[a](other.md#b) [c](../README.md) [d](../weights/README.md#e) [f](#g)",
        docs_other="[web](https://example.org/x.md)",
        weights_README="[back](../docs/page.md) ![picture](../results/a.png)",
    )
    (root / "results").mkdir()
    (root / "results" / "a.png").touch()
    found = collect(root)
    assert found.pages["docs/page.md"] == (
        "[a](other.md#b) [c](start.md) [d](weights/README.md#e) [f](#g)"
    )
    assert found.pages["docs/other.md"] == "[web](https://example.org/x.md)"
    assert found.pages["weights/README.md"] == "[back](../page.md) ![picture](../results/a.png)"
    assert found.copies == {"results/a.png"}


def test_links_to_folders_lead_to_what_describes_them(tmp_path: Path) -> None:
    root = _repository(tmp_path, docs_page="[a](../a) [b](../b) [`c`](../c/)", a_README="# A")
    (root / "b").mkdir()
    (root / "b" / "report.html").touch()
    (root / "c").mkdir()
    found = collect(root)
    assert found.pages["docs/page.md"] == "[a](a/README.md) [b](b/report.html) `c`"
    assert found.copies == {"b/report.html"}


def test_the_first_page_has_titles_for_names_of_files(tmp_path: Path) -> None:
    root = _repository(tmp_path, docs_README="- [cli.md](cli.md)", docs_cli="# The command line\n")
    assert collect(root).pages["docs/README.md"] == "- [The command line](cli.md)"


def test_blocks_of_code_stay_as_they_are(tmp_path: Path) -> None:
    text = "```text\n[a](nowhere.md)\n```\n"
    assert collect(_repository(tmp_path, docs_page=text)).pages["docs/page.md"] == text


@pytest.mark.parametrize("link", ["gone.md", "../../outside.md"])
def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path, link: str) -> None:
    (tmp_path / "outside.md").touch()
    root = _repository(tmp_path / "repository", docs_page=f"[a]({link})")
    with pytest.raises(FileNotFoundError, match=r"page\.md links to"):
        collect(root)


def test_the_first_page_gives_the_order() -> None:
    text = "# Documentation\n\nUsing it:\n\n- [a](a.md): b\n\nOther:\n\n- [c](../C.md)\n"
    assert list(ordered(text)) == [("Using it", ["docs/a.md"]), ("Other", ["C.md"])]


def test_every_document_of_docs_has_its_place_in_the_order() -> None:
    text = (ROOT / "docs" / "README.md").read_text("utf-8")
    listed = {document for _, documents in ordered(text) for document in documents}
    assert listed >= {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - {
        "docs/README.md"
    }
