"""Moto's S3 server, which may refuse some requests: ``s3_server.py PORT REFUSE_EVERY``."""

import itertools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, run_simple

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


class Quiet(WSGIRequestHandler):
    """Logs nothing, and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing."""


class Refusing:
    """Passes requests on to an application, but refuses every ``every``-th; 0 refuses none."""

    def __init__(self, application: Any, every: int) -> None:
        self._application, self._every = application, every
        self._numbers = itertools.count(1)
        self._counts: Counter[str] = Counter()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/requests-so-far":
            body = json.dumps(self._counts).encode()
            start("200 OK", [("Content-Length", str(len(body)))])
            return [body]
        number = next(self._numbers)
        self._counts[environ["REQUEST_METHOD"]] += 1
        if self._every and number % self._every == 0:
            self._counts["refused"] += 1
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("503 Slow Down", [("Content-Length", str(len(_SLOW_DOWN)))])
            return [_SLOW_DOWN]
        answer: Iterable[bytes] = self._application(environ, start)
        return answer


if __name__ == "__main__":
    moto = DomainDispatcherApplication(create_backend_app)
    port, refuse = map(int, sys.argv[1:])
    run_simple("127.0.0.1", port, Refusing(moto, refuse), threaded=True, request_handler=Quiet)
