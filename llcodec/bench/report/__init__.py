"""One page with everything that a benchmark found: no network, no other files."""

from llcodec.bench.report.writing import write_report

__all__ = ["write_report"]
