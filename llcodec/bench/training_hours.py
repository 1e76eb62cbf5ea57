"""How long a model was trained, as its weight file tells."""

import math
from collections.abc import Mapping


def hours_in(notes: Mapping[str, str]) -> float | None:
    """Return the hours among the notes of a weight file; None where it tells of none."""
    try:
        hours = float(notes.get("hours", ""))
    except ValueError:
        return None
    return round(hours, 3) if math.isfinite(hours) and hours >= 0 else None
