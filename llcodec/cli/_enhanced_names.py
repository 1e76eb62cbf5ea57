"""Leave out the outputs of earlier runs of ``llc enhance``, which lie beside their inputs."""

from pathlib import Path

from llcodec._output_names import ENHANCED
from llcodec.cli._sources import Found


def without_enhanced(found: Found) -> Found:
    """Return sources without the outputs of earlier runs, unless the command line names them.

    It is a failure if no other was found.
    """
    kept = [s for s in found.sources if s.named or not Path(s.path).stem.endswith(ENHANCED)]
    result = Found(kept, list(found.failures))
    if not (result.sources or result.failures):
        folder = str(Path(found.sources[0].path).parent)
        result.fail(folder, "all pictures here are results of an earlier run (NAME-enhanced)")
    return result
