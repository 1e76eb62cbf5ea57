"""The benchmark behind ``llc bench``: pipelines of enhancers and codecs, compared by real files.

``command`` runs it: ``runner`` sends pictures through ``pipelines`` and caches their ``scores``,
``results`` compares and writes them, and ``report`` draws them. ``interfaces`` defines what a codec
or an enhancer must implement; ``codecs`` and ``enhancers`` contain all of them.

Internal: names may change from one release to the next.
"""
