import pytest

from llcodec.cli._text import printable, summary


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b/ü.png", "a b/ü.png"),
        ("a\nllc: b", "a\\nllc: b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnp", "\\u202egnp"),
        ("\udcff.png", "\\udcff.png"),
    ],
)
def test_nothing_breaks_a_line_or_fools_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_summary_is_one_line() -> None:
    record = {
        "path": "a\n.png",
        "output": "-",
        "bytes": 1234,
        "bpp": 0.5,
        "width": 30,
        "height": 20,
        "quality": 4.25,
        "seconds": 0.125,
    }
    line = "a\\n.png -> stdout: 30x20, 1,234 bytes, 0.500 bpp, quality 4.25, 0.12 s"
    assert summary(record) == line
