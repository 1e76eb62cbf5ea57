"""The benchmark behind ``llc bench``: pipelines of enhancers and codecs, compared by real files.

``command`` runs it: ``runner`` sends pictures through ``pipelines`` and caches their ``scores``,
``results`` compares and writes them, and ``report`` draws them. ``interfaces`` says what a codec or
an enhancer has to do; all of them are in ``codecs`` and ``enhancers``.
"""
