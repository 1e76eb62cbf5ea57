"""SMG (Xu, Wang and Lu, CVPR 2023), an enhancer to compare with in benchmarks."""
