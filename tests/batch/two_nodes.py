"""A Ray cluster of two nodes on this machine; prints its address, and ends with its input."""

import sys
from typing import Any

from ray.cluster_utils import Cluster

_NODE = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
_TRIES = 5  # Ray gives a node 30 seconds to start, which may be too little on a busy machine


def _head() -> Any:
    for left in reversed(range(_TRIES)):
        try:
            return Cluster(initialize_head=True, head_node_args=_NODE)
        except Exception as error:
            if not left or "timed out" not in str(error):
                raise
    raise AssertionError


def _add(cluster: Any) -> None:
    for left in reversed(range(_TRIES)):
        try:
            cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
        except Exception as error:
            if not left or "timed out" not in str(error):
                raise
        else:
            return


if __name__ == "__main__":
    cluster = _head()
    _add(cluster)
    print(cluster.address, flush=True)
    sys.stdin.read()
    cluster.shutdown()
