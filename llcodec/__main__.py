"""``python -m llcodec`` is the command ``llc``."""

from llcodec.cli import main

if __name__ == "__main__":
    main()
