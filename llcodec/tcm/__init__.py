"""TCM (Liu, Sun and Katto, CVPR 2023): a learned codec that benchmarks compare with."""
