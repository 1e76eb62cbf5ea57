"""The enhancers of the benchmark, listed in ``registry``; each maps a picture to a picture."""
