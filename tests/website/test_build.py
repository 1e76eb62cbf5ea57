import re
from html import unescape
from pathlib import Path

import pytest

from tests.website.test_commands import commands
from website import build


def _text(page: Path) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page.read_text("utf-8")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "built"
    assert build.main([str(folder)]) == 0
    return folder


@pytest.mark.extra("mkdocs")
def test_every_command_is_on_the_page(site: Path) -> None:
    headings = re.findall(r"<h2[^>]*>([^<]*)<", (site / "commands.html").read_text("utf-8"))
    assert sorted(headings) == sorted(dict(commands()))


@pytest.mark.extra("mkdocs")
def test_docstrings_are_on_the_page_of_python(site: Path) -> None:
    text = _text(site / "reference.html")
    assert "Decode an .llc file as an image of Pillow." in text
    assert ":::" not in text


@pytest.mark.extra("mkdocs")
def test_all_links_between_files_of_the_site_lead_somewhere(site: Path) -> None:
    seen = 0
    for page in site.rglob("*.html"):
        if page.name in ("404.html", "report.html"):  # of the server's root; of llc bench
            continue
        for link in re.findall(r'(?:href|src)="([^"#?]+)[^"]*"', page.read_text("utf-8")):
            if ":" not in link:
                assert (page.parent / link).resolve().exists(), f"{page.name}: {link}"
                seen += 1
    assert seen > 1000


@pytest.mark.extra("mkdocs")
def test_pictures_of_reports_are_in_the_site(site: Path) -> None:
    assert (site / "results" / "pipelines-lol-val" / "rd-psnr.png").stat().st_size > 10_000
    assert (site / "results" / "pipelines-lol-val" / "report.html").exists()


@pytest.mark.extra("mkdocs")
def test_nothing_is_loaded_from_other_servers(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r'(src="|<link[^>]*rel="stylesheet"[^>]*href=")https?:', text)


@pytest.mark.extra("mkdocs")
def test_a_heading_that_does_not_exist_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def page() -> str:
        return "# Commands\n\n[nowhere](cli.md#no-such-heading)\n"

    monkeypatch.setitem(build._AFTER, "docs/cli.md", ("commands.md", page))
    assert build.main([str(tmp_path / "site")]) == 1
    assert "no-such-heading" in capfd.readouterr().err


def test_pages_that_are_made_follow_those_on_the_same_subject() -> None:
    pages = [page for section in build.navigation() for page in next(iter(section.values()))]
    assert pages[pages.index("cli.md") + 1] == "commands.md"
    assert pages[pages.index("python.md") + 1] == "reference.md"
