"""SNR-aware enhancement (Xu et al., CVPR 2022): the enhancer that benchmarks compare with.

Internal: names may change from one release to the next.
"""
