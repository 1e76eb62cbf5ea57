"""The joint model and the way from pictures to files and back."""
