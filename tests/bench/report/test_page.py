import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from llcodec.bench.report.page import page, render, safe_json

EVIL = "</script><!--<script>\u2028&<b>"


class Reader(HTMLParser):
    """Collects what a page would load, and its elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.fixture
def text() -> str:
    content: dict[str, Any] = {
        "title": EVIL,
        "version": "1",
        "date": None,
        "anchor": None,
        "results": [],
        "columns": (),
        "rows": (),
        "number_headings": (),
        "number_rows": (),
        "failed": [],
        "sliders": None,
        "bars": None,
        "commands": (EVIL,),
        "facts": (),
        "times_differ": False,
        "parts": (),
    }
    return render(content, {"name": EVIL})


def test_nothing_is_loaded_from_elsewhere(text: str) -> None:
    reader = Reader()
    reader.feed(text)
    assert not {"iframe", "object", "embed", "base", "form"} & set(reader.tags)
    loading = [v for k, v in reader.attributes if k in ("src", "srcset", "action", "data")]
    assert loading == []
    assert [v for k, v in reader.attributes if k == "href" and not str(v).startswith("#")] == [
        "data:,"
    ]
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == []
    assert re.findall(r"url\(|@import", text) == []


def test_style_and_scripts_cannot_end_their_elements() -> None:
    own = page()
    assert "</" not in own.style.lower()
    assert "</script" not in own.script.lower()
    assert "<!--" not in own.script
    assert ".innerHTML" not in own.script


def test_the_policy_admits_these_texts_and_no_others(text: str) -> None:
    policy = page().policy
    assert "'unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.replace("'", "&#39;") in text
    assert f"<script>{page().script}</script>" in text
    assert f"<style>{page().style}</style>" in text
    reader = Reader()
    reader.feed(text)
    # What the policy would refuse: style and handlers in attributes.
    assert not [key for key, _ in reader.attributes if key == "style" or key.startswith("on")]


def test_names_are_texts_and_nothing_else(text: str) -> None:
    reader = Reader()
    reader.feed(text)
    assert reader.tags.count("script") == 2
    assert "b" not in reader.tags
    (data,) = re.findall(r'id="report-data">(.*?)</script>', text, re.DOTALL)
    assert json.loads(data) == {"name": EVIL}


def test_numbers_are_those_of_json() -> None:
    assert safe_json({"a": [1, 0.5, None]}) == '{"a":[1,0.5,null]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        safe_json({"a": float("nan")})
