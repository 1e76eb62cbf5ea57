"""What browsers need: models for the web, and pages that show a picture."""
