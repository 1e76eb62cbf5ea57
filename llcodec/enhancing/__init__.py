"""Enhancement without a file in between: NeRCo, SNR-Aware, or the joint codec's network.

Internal: names may change from one release to the next.
"""
