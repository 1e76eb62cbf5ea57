"""Fuzzing of the container, of the entropy decoder and of whole-file decoding.

Run from the folder above: ``python -m fuzz.run --seconds 600``, or ``make fuzz``.
"""
