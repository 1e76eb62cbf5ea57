"""What a release needs: the check of its packages, and the form of its notes."""
