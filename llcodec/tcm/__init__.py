"""TCM (Liu, Sun and Katto, CVPR 2023), a learned codec to compare with in benchmarks."""
