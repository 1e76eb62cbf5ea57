"""TCM (Liu, Sun and Katto, CVPR 2023), a learned codec to compare with in benchmarks.

Internal: names may change from one release to the next.
"""
