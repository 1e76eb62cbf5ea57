"""What multiplies floats: the seam between the codec and the library that runs its networks."""
