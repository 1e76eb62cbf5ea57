"""NeRCo on ONNX Runtime."""

from functools import cached_property

import numpy as np

from llcodec._arrays import Floats
from llcodec.engine.onnx.devices import choose_provider
from llcodec.engine.onnx.layers import Arrays
from llcodec.engine.onnx.session import Session
from llcodec.nerco import onnx_compact, onnx_paper
from llcodec.nerco.onnx_layers import encoded
from llcodec.nerco.onnx_shapes import check
from llcodec.nerco.presets import NercoPreset
from llcodec.nerco.switches import NercoSwitches

_BAND_PIXELS = 2**18  # of rows that go through the published MLP at once


class OnnxNerco:
    """A NeRCo model; implements :class:`llcodec.engine.protocol.Nerco`.

    Args:
        preset: of the model.
        switches: the parts that it has.
        arrays: its parameters, by their names in the weight file without ``float.``.
        device: where it runs; see :func:`llcodec.engine.onnx.devices.choose_provider`.

    Raises:
        BrokenModelError: if the arrays are not those of the preset.
        InputError: if there is no such device.
    """

    def __init__(
        self, preset: NercoPreset, switches: NercoSwitches, arrays: Arrays, *, device: str = "cpu"
    ) -> None:
        check(preset, switches, arrays)
        self._preset, self._switches, self._arrays = preset, switches, arrays
        self._provider = choose_provider(device)

    def brighten(self, piece: Floats, overview: Floats, rows: Floats, columns: Floats) -> Floats:
        """Return the bright piece, h×w×3 in [0, 1].

        Args:
            piece: h×w×3 in [0, 1], sides of at least 8 pixels, multiples of 4.
            overview: the whole picture averaged down, 100×152×3 in [0, 1].
            rows: where the middles of the rows lie, h, −1 and 1 being the edges of the whole.
            columns: the same of the columns, w.
        """
        inputs = {"picture": piece[None]}
        places = self._encoded(rows, columns)
        if self._preset.family == "compact":
            inputs |= onnx_compact.overview_inputs(overview)
            return self._compact.run(inputs | (places if self._switches.normalisation else {}))
        if self._switches.normalisation:
            inputs["normalised"] = self._redrawn(self._extractor.run(inputs), places)[None]
        return self._generator.run(inputs)

    def _encoded(self, rows: Floats, columns: Floats) -> dict[str, Floats]:
        if not self._switches.coordinates:
            rows, columns = np.zeros_like(rows), np.zeros_like(columns)
        frequencies = self._preset.frequencies
        return {"rows": encoded(rows, frequencies), "columns": encoded(columns, frequencies)}

    def _redrawn(self, features: Floats, places: dict[str, Floats]) -> Floats:
        """Return I_NR, 3×H×W, of features C×H×W, band by band."""
        (_, height, width), reach = features.shape, self._preset.neighbourhood // 2
        redrawn = np.empty((3, height, width), np.float32)
        step = max(1, _BAND_PIXELS // width)
        for top in range(0, height, step):
            stop = min(top + step, height)
            above, below = max(0, reach - top), max(0, stop + reach - height)
            band = features[:, max(0, top - reach) : stop + reach]
            band = np.pad(band, ((0, 0), (above, below), (0, 0)))
            inputs = places | {"features": band[None], "rows": places["rows"][top:stop]}
            redrawn[:, top:stop] = self._mlp.run(inputs)
        return redrawn

    @cached_property
    def _compact(self) -> Session:
        model = onnx_compact.network(self._preset, self._switches, self._arrays)
        return Session(model, self._provider)

    @cached_property
    def _extractor(self) -> Session:
        return Session(onnx_paper.extractor(self._preset, self._arrays), self._provider)

    @cached_property
    def _mlp(self) -> Session:
        return Session(onnx_paper.mlp(self._preset, self._arrays), self._provider)

    @cached_property
    def _generator(self) -> Session:
        model = onnx_paper.generator(self._preset, self._switches, self._arrays)
        return Session(model, self._provider)
