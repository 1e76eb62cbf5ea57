"""Measurements behind the files of ``results/``; README.md lists them."""
