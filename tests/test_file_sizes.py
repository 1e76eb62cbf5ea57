import pytest

from llcodec._file_sizes import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("40000", 40_000),
        ("40000B", 40_000),
        ("40kB", 40_000),
        ("40K", 40_000),
        ("40 kB", 40_000),
        ("40KiB", 40_960),
        ("1.5MB", 1_500_000),
        (".5k", 500),
        ("2gib", 2 << 30),
    ],
)
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "kB", "4x", "-4", "40iB", "1e3", "nan", "0", "0.2", "٤kB"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        parse_size(text)
