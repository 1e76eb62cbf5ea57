"""NeRCo (Yang et al., ICCV 2023): enhancement of dark pictures that learns without pairs.

Internal: names may change from one release to the next.
"""
