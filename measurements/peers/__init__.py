"""Published networks as files that ``llc bench`` runs; README.md lists them, with commands."""
