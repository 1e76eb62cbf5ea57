"""The codecs of the benchmark, listed in ``registry``: each encodes and decodes complete files."""
