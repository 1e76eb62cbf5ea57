"""Training: one loop with exact resume, and a recipe for each network.

Internal: names may change from one release to the next.
"""
