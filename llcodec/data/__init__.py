"""Data sets, the synthetic darkening, and the sampling of training crops."""
