"""Write what browsers need: models for the web, and pages that show a picture.

Internal: names may change from one release to the next.
"""
