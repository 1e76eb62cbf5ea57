"""The figures and tables of the two papers, drawn from committed results; see README.md here."""
