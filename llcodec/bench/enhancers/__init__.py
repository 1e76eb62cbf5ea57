"""The enhancers of the benchmark, listed in ``registry``; each brightens pictures."""
