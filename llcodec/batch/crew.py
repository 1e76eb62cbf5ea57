"""Workers as Ray actors, on this machine or on a cluster."""

import logging
import os
import signal
import socket
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from llcodec._extras import require
from llcodec.batch.tasks import Outcome, Settings, Task
from llcodec.errors import InputError

_OBJECTS: Final = 100 << 20  # bytes of Ray's object store: only tasks and rows travel
_ANSWER: Final = 10.0  # seconds
_AT_ONCE: Final = 2  # tasks of an actor: one computes while the other reads or writes


@dataclass(frozen=True)
class Cluster:
    """Where the workers run.

    Attributes:
        address: of a Ray cluster, or None to start Ray on this machine.
        workers: how many; by default, as many as there are CPUs for them.
        threads: CPU threads of a worker.
        gpus: share of a GPU for each worker.
    """

    address: str | None = None
    workers: int | None = None
    threads: int = 1
    gpus: float = 0.0


class RemoteWorker:
    """An actor: a worker in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ready(self) -> str:
        """Load the model, and return the node that the process runs on.

        Raises:
            LlcError: when an option or the model cannot be used.
        """
        from llcodec.batch.workers import Worker

        self._worker = Worker(self._settings)
        return str(require("ray", "scale").get_runtime_context().get_node_id())

    def do(self, task: Task, allowed: float) -> Outcome:
        """Do a task; see :meth:`llcodec.batch.workers.Worker.do`."""
        return self._worker.do(task, allowed)


class Crew:
    """Starts workers. Use as a context manager; Ray is stopped at the end if it was started here.

    Args:
        cluster: where they run.
        settings: what they do.

    Raises:
        InputError: when the cluster cannot be reached, or has no CPU for a worker.
    """

    worker_class = RemoteWorker

    def __init__(self, cluster: Cluster, settings: Settings) -> None:
        self._cluster, self._settings = cluster, settings
        self.ray: ModuleType = require("ray", "scale")

    def __enter__(self) -> "Crew":
        handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            if self._cluster.address is not None:
                _check_answers(self._cluster.address)
                context = self.ray.init(address=self._cluster.address, **quiet)
            else:
                os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
                context = self.ray.init(
                    address="local",
                    num_cpus=self._local_workers() * self._cluster.threads,
                    include_dashboard=False,
                    object_store_memory=_OBJECTS,
                    **quiet,
                )
        except (ConnectionError, RuntimeError, ValueError) as error:
            first = str(error).strip().partition("\n")[0]
            raise InputError(f"Ray does not start: {first}") from error
        finally:
            for number, handler in handlers.items():  # Ray sets one of its own for SIGTERM
                signal.signal(number, handler)
        self.dashboard: str | None = getattr(context, "dashboard_url", None)
        return self

    def __exit__(self, *error: object) -> None:
        self.ray.shutdown()

    def size(self) -> int:
        """Return the number of workers to start.

        Raises:
            InputError: when the cluster has no room for one.
        """
        if self._cluster.workers is not None:
            return self._cluster.workers
        resources = self.ray.cluster_resources()
        count = int(resources.get("CPU", 0) // self._cluster.threads)
        if self._cluster.gpus:
            count = min(count, int(resources.get("GPU", 0) / self._cluster.gpus))
        if count < 1:
            needed = f"{self._cluster.threads} CPUs" + (" and a GPU" * bool(self._cluster.gpus))
            raise InputError(f"the cluster has no room for a worker, which needs {needed}")
        return count

    def start(self) -> Any:
        """Start a worker, and return its actor; ``ready`` loads its model."""
        remote = self.ray.remote(self.worker_class).options(
            num_cpus=self._cluster.threads,
            num_gpus=self._cluster.gpus,
            max_concurrency=_AT_ONCE,
            max_restarts=0,
            scheduling_strategy="SPREAD",
        )
        return remote.remote(self._settings)

    def stop(self, actor: Any) -> None:
        """Stop a worker; nothing happens if it has ended."""
        self.ray.kill(actor)

    def _local_workers(self) -> int:
        if self._cluster.workers is not None:
            return self._cluster.workers
        cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return max(1, (cpus or 1) // self._cluster.threads)


def _check_answers(address: str) -> None:
    """Check that something answers at ``HOST:PORT``: Ray itself takes minutes to give up.

    Raises:
        InputError: when nothing does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        return  # "auto", say, which Ray looks up
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no Ray cluster answers at {address}: {error}") from None
