"""The conversion of pictures to ``.llc`` files and back.

Internal: import :class:`llcodec.Codec` and :class:`llcodec.Target` from ``llcodec``.
"""
