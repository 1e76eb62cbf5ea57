"""Models for the web: of a weight file, what a decoder needs, as one file.

Such a file is in the safetensors format, too. Its integer networks and tables are those of the
weight file, so that symbols are the same, bit for bit. The synthesis transform is an ONNX graph in
the tensor ``graph.synthesis``, whose weights are in half precision, and may be those of a look;
``cuts`` of the card says what its further inputs are
(:func:`llcodec.engine.onnx.cores.cut_inputs`). All else is left out.
"""

import json
from dataclasses import asdict
from typing import Final

import numpy as np
from safetensors.numpy import save

from llcodec._arrays import Arrays
from llcodec._weight_files import CARD, check_finite
from llcodec.codec.looks import detailed_arrays, synthesis_arrays
from llcodec.codec.weights import ModelFile, exact_arrays
from llcodec.engine.onnx import codec_graphs, codec_shapes

FORMAT: Final = "llcodec-web-1"
"""The format that the card of a model for the web names."""

SUFFIX: Final = ".web.safetensors"
"""The end of the names of such files."""


def web_model(file: ModelFile, detail: float = 0.0, look: str | None = None) -> bytes:
    """Return the model for the web of a weight file.

    Args:
        file: the weight file.
        detail: of the pictures that it decodes, from 0 to 1.
        look: the path of the look for ``detail``; by default, the shipped one of the model.

    Raises:
        BrokenModelError: when the parameters of the model do not fit its preset.

    Raises the errors of :func:`llcodec.codec.looks.detailed_arrays`, too.
    """
    codec_shapes.check(file.preset, file.arrays)
    shown = detailed_arrays(file, detail, look)
    if 0 < detail < 1:
        shown |= _halved(synthesis_arrays(shown))
    arrays, layers = exact_arrays(file)
    if file.preset.variable_rate:
        arrays["float.gain.log_inverse"] = file.arrays["gain.log_inverse"]
    check_finite(arrays)
    graph = codec_graphs.synthesis(file.preset, shown, half=True)
    arrays["graph.synthesis"] = np.frombuffer(graph, np.uint8)
    family = codec_graphs.family_of(file.preset)
    cuts = {
        "reaches": list(family.reaches(file.preset).items()),
        "factor": family.factor(file.preset),
        "linear": file.preset.linear_path,
    }
    card = {
        "format": FORMAT,
        "name": file.name,
        "hash": file.short_hash.hex(),
        "preset": asdict(file.preset),
        "layers": layers,
        "cuts": cuts,
    }
    return save(arrays, {CARD: json.dumps(card, sort_keys=True)})


def _halved(arrays: Arrays) -> Arrays:
    """Return interpolated weights in half precision, like those that they are between."""
    return {key: value.astype(np.float16).astype(np.float32) for key, value in arrays.items()}
