"""Pictures made bright and clean without a file in between: NeRCo, or the joint codec's network."""
