"""What the page's curves are drawn from."""

from collections.abc import Mapping, Sequence
from typing import Any

from llcodec.bench.curves import drawn_measures, points, wants_log_axis
from llcodec.bench.looks import FAMILIES, Look
from llcodec.bench.results import PipelineResult


def curve_data(results: Sequence[PipelineResult], look_of: Mapping[str, Look]) -> dict[str, Any]:
    """Return measures, families and pipelines, the latter with points [bpp, value, quality]."""
    measures = drawn_measures(results)
    return {
        "logarithmic": wants_log_axis(results),
        "measures": [
            {
                "column": measure.column,
                "title": measure.title,
                "unit": measure.unit,
                "label": measure.label,
                "digits": measure.digits,
            }
            for measure in measures
        ],
        "families": [
            {"key": key, "title": family.title, "filled": family.filled, "width": family.width}
            for key, family in FAMILIES.items()
        ],
        "pipelines": [
            {
                "name": result.name,
                **_look(look_of[result.name]),
                "points": {
                    measure.column: [
                        [point.bpp, point.value, point.quality]
                        for point in points(result, measure.column)
                    ]
                    for measure in measures
                },
            }
            for result in results
        ],
    }


def _look(look: Look) -> dict[str, Any]:
    return {
        "family": look.family,
        "shade": look.shade,
        "shape": look.shape,
        "dashes": list(look.dashes),
    }
