"""Data sets, the synthetic darkening, and the sampling of training crops.

Internal: names may change from one release to the next.
"""
