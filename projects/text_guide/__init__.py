"""The training of ``dusk-guide``, a text guide for NeRCo where CLIP is not at hand."""
