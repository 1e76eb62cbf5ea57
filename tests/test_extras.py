import pytest

from llcodec._extras import missing, require, versions_of
from llcodec.errors import InputError


def test_modules_that_are_there() -> None:
    assert require("json", "bench").dumps([]) == "[]"
    assert versions_of("numpy")["numpy"].count(".") >= 1


def test_modules_that_are_not_name_the_extra() -> None:
    with pytest.raises(
        InputError, match=r'nothing is not installed: pip install "llcodec\[bench\]"'
    ):
        require("nothing.at.all", "bench")


def test_what_is_missing_is_reported_without_loading_it() -> None:
    assert missing("json", "no_such_module", "csv") == ("no_such_module",)
    assert missing() == ()
