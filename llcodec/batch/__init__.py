"""``llc batch``: process millions of files on a cluster, from and to any store of fsspec.

The libraries of the extra ``scale`` are imported in functions only.

Internal: names may change from one release to the next.
"""
