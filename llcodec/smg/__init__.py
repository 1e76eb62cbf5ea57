"""SMG (Xu, Wang and Lu, CVPR 2023): an enhancer that benchmarks compare with."""
