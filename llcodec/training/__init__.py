"""Training: one loop with exact resume, and a recipe for each network."""
