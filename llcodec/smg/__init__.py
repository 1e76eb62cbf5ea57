"""SMG (Xu, Wang and Lu, CVPR 2023), an enhancer to compare with in benchmarks.

Internal: names may change from one release to the next.
"""
