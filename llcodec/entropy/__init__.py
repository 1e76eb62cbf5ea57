"""Exact entropy coding: integer networks, probability tables, rANS streams.

Internal: names may change from one release to the next. What they compute must not, since it
determines the meaning of ``.llc`` files.
"""
