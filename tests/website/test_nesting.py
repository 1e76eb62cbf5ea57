from website.nesting import deeper


def test_a_list_within_an_item_is_indented_by_four() -> None:
    text = "1. a\n   a goes on:\n   - b\n     b goes on\n   - c\n2. d\n"
    assert deeper(text) == "1. a\n   a goes on:\n    - b\n      b goes on\n    - c\n2. d\n"


def test_bullets_nest_at_two_spaces() -> None:
    assert deeper("- a\n  1. b\n\n- c") == "- a\n    1. b\n\n- c"


def test_deeper_lists_move_with_theirs() -> None:
    assert deeper("- a\n  - b\n    - c") == "- a\n    - b\n      - c"


def test_four_spaces_and_text_outside_of_lists_stay() -> None:
    for text in ("1. a\n    - b\n", "text\n   - more text\n", "    code\n", "- a\n  goes on\n"):
        assert deeper(text) == text
