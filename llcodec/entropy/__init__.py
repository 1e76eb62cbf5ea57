"""The exact entropy path: integer networks, probability tables, rANS streams."""
