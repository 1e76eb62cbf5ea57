import errno

import pytest

from llcodec.stores.retrying import ATTEMPTS, is_temporary, with_retries

pytestmark = pytest.mark.extra("tenacity")


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EBUSY, "slow down"), TimeoutError(), ConnectionResetError(), OSError("?")],
)
def test_what_may_pass_is_asked_again(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    failures = [error] * (ATTEMPTS - 1)

    def call() -> str:
        if failures:
            raise failures.pop()
        return "answer"

    assert with_retries(call) == "answer"


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(), PermissionError(), OSError(errno.ENOSPC, "full"), ValueError("no")],
)
def test_what_stays_is_asked_once(error: Exception) -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise error

    with pytest.raises(type(error)):
        with_retries(call)
    assert len(calls) == 1


def test_errors_of_the_network_are_known_by_name() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    botocore = pytest.importorskip("botocore.exceptions")
    assert is_temporary(aiohttp.ServerDisconnectedError())
    assert is_temporary(botocore.ConnectionClosedError(endpoint_url="http://store"))
    assert not is_temporary(botocore.NoCredentialsError())
