"""Experiments beside the package: each uses it, and nothing in it uses them."""
