"""Exact entropy coding: integer networks, probability tables, rANS streams.

Internal: names may change from one release to the next. What they compute may not: it decides what
``.llc`` files mean.
"""
