"""The data sets of the papers: their sources, their layouts on disk, and their splits."""

from llcodec.data.registry.catalogue import REGISTRY, find, folder_of, listing, samples
from llcodec.data.registry.checking import Report, check, size_problems
from llcodec.data.registry.entry import NOT_STATED, DataSet, Kind, Split
from llcodec.data.registry.listing import Listing, Problem, Sample, place
from llcodec.data.registry.table import TABLE, write_table

__all__ = [
    "NOT_STATED",
    "REGISTRY",
    "TABLE",
    "DataSet",
    "Kind",
    "Listing",
    "Problem",
    "Report",
    "Sample",
    "Split",
    "check",
    "find",
    "folder_of",
    "listing",
    "place",
    "samples",
    "size_problems",
    "write_table",
]
