"""The documentation as a site: its pages are made of the documents of the repository."""
