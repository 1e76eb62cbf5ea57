"""Weight files of llcodec, which finds them here."""
