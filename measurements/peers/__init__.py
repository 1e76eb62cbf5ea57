"""Published networks as files that ``llc bench`` runs; README.md says which, and how."""
