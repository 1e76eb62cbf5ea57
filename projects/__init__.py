"""Experiments outside the package, which use it; the package does not use them."""
