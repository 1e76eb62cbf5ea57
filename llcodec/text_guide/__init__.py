"""Text guidance of NeRCo: image-text models that score how bright a picture is.

Internal: names may change from one release to the next.
"""
