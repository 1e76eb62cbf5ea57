"""Write the results of a benchmark as plots, and as one page that needs no other file."""

from llcodec.bench.report.writing import write_report

__all__ = ["write_report"]
