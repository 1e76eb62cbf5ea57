"""Render a report as one HTML page that needs no other file."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

from llcodec._extras import require
from llcodec.bench.report.styles import FAMILIES

_TEMPLATE: Final = "report.html"
_STYLE: Final = "style.css"
_SCRIPTS: Final = ("drawing.js", "chart.js", "legend.js", "table.js", "slider.js")
# Characters that could end an HTML element, or begin another, inside a script with data.
_UNSAFE: Final = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Page:
    """The style sheet and the scripts of reports."""

    style: str
    script: str

    @cached_property
    def policy(self) -> str:
        """The content security policy: only this style, this script and data URIs are allowed.

        Code that a name smuggles in does not run, and nothing is fetched from the network.
        """
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src '{_hash(self.script)}'",
                f"style-src '{_hash(self.style)}'",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )


def page() -> Page:
    """Return the style sheet and the scripts from the folder ``page``."""
    return Page(f"{_text(_STYLE)}\n{_colours()}", "\n".join(map(_text, _SCRIPTS)))


def render(content: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        content: the variables of the template; all text in them is escaped.
        data: what the scripts read; it must be serialisable as JSON, with finite numbers.

    Raises InputError if Jinja is not installed, ValueError if a number is not finite.
    """
    jinja = require("jinja2", "bench")
    markup = require("markupsafe", "bench").Markup
    environment = jinja.Environment(
        autoescape=True, undefined=jinja.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    own = page()
    made: str = environment.from_string(_text(_TEMPLATE)).render(
        **content,
        policy=own.policy,
        style=markup(own.style),
        script=markup(own.script),
        data=markup(safe_json(data)),
    )
    return made


def safe_json(data: Mapping[str, Any]) -> str:
    """Return JSON that cannot end the script element that contains it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def _colours() -> str:
    """Return CSS variables for the shades of the families, on light and dark backgrounds."""
    light, dark, classes = [], [], []
    for key, family in FAMILIES.items():
        for shade, (on_light, on_dark) in enumerate(zip(family.light, family.dark, strict=True)):
            light.append(f"--{key}-{shade}:{on_light}")
            dark.append(f"--{key}-{shade}:{on_dark}")
            classes.append(f".style-{key}-{shade}{{color:var(--{key}-{shade})}}")
    return (
        f":root{{{';'.join(light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{';'.join(dark)}}}}}\n" + "\n".join(classes)
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _text(name: str) -> str:
    return files("llcodec.bench.report").joinpath("page", name).read_text("utf-8")
