"""Codecs to compare with: each makes whole files of pictures, and pictures of the files' bytes."""
