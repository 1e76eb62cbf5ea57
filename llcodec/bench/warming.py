"""Pipelines that have been used before their times are taken."""

from collections.abc import Sequence

from llcodec.bench.codecs.cache import CachedCodec
from llcodec.bench.codecs.codec import Ladder
from llcodec.bench.pipelines import Pipeline
from llcodec.data.pairs import Pixels

_SIDE = 256  # pixels; what is coded to warm up is no larger


class WarmPipeline:
    """A pipeline in this process, and at which qualities it has been used in it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._used: set[float] = set()

    def warm_up(self, source: Pixels, qualities: Sequence[float]) -> None:
        """Use the pipeline, so that no time counts what only happens the first time.

        A corner of ``source``, H×W×3, goes through it once; where each quality has a network of its
        own, at each of ``qualities``. What has been used already is not used again.
        Raises as enhancers and codec do.
        """
        cold = [quality for quality in qualities if quality not in self._used]
        codec, before, after = self.pipeline.codec, self.pipeline.before, self.pipeline.after
        if isinstance(codec, CachedCodec):  # a kept run warms nothing up
            codec = codec.codec
        if not isinstance(codec, Ladder):
            cold = cold[: 0 if self._used else 1]
        if not cold:
            return
        sent = before.enhance(source[:_SIDE, :_SIDE])
        decoded = [codec.decode(codec.encode(sent, quality)) for quality in cold]
        after.enhance(decoded[-1])
        self._used.update(cold)
