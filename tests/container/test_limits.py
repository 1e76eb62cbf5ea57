from typing import TYPE_CHECKING

import pytest

from llcodec.container import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from tests.container.conftest import Refuses


def test_the_default_is_a_hundred_megapixels() -> None:
    assert Limits() == DEFAULT_LIMITS
    assert DEFAULT_LIMITS.max_pixels == 100_000_000


def test_the_default_for_alpha_fits_the_default_for_pixels() -> None:
    assert DEFAULT_LIMITS.max_alpha > 2 * DEFAULT_LIMITS.max_pixels


@pytest.mark.parametrize("name", ["max_pixels", "max_metadata", "max_alpha", "max_unknown"])
def test_a_limit_must_not_be_negative(name: str, refuses: "Refuses") -> None:
    with refuses(ValueError, name):
        Limits(**{name: -1})
