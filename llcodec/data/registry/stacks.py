"""Stacks: pairs from exposure stacks, for training and validation."""

from llcodec.data.registry.entry import DataSet, Split
from llcodec.data.registry.table import TABLE, scan_table

STACKS = DataSet(
    name="stacks",
    title="pairs from exposure stacks",
    kind="pairs",
    home="none",
    licence="mixed: each stack has its own",
    paper="none",
    use="training of the shipped models; val compares with published networks",
    layout=(f"{TABLE}, and the pictures that it names: low/*.avif and high/*.avif",),
    splits=(
        Split("train", samples=184, scenes=74),
        Split("val", samples=36, scenes=14),
    ),
    scan=scan_table,
    notes=(
        "88 scenes from tripods: night streets, dim rooms, HDR scenes; 600 pixels on the long side",
        "low has a mean luma of 4 to 48, high is the exposure nearest 112 with little clipping",
        "not published as a set: the pictures come from several public collections",
    ),
)
"""Pairs from exposure stacks of many cameras and phones."""
