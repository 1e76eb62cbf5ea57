import llcodec
from website.reference import page


def test_everything_public_has_one_entry() -> None:
    entries = [line.removeprefix("::: llcodec.") for line in page().splitlines() if ":::" in line]
    assert sorted(entries) == sorted(set(llcodec.__all__) - {"__version__"})


def test_errors_are_listed_from_the_root_of_their_tree() -> None:
    errors = page().partition("## Errors")[2]
    assert errors.split()[:2] == [":::", "llcodec.LlcError"]
    assert "llcodec.Codec" not in errors
