"""The float networks on ONNX Runtime: graphs built here from the arrays of a weight file.

No untrusted graph is ever run: a weight file holds arrays only, and the graphs that use them are
built here. Nothing in this package imports PyTorch.
"""
