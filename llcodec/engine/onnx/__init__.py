"""The float networks on ONNX Runtime: graphs of our own, made from the arrays of a weight file.

No graph of a stranger is ever run: a weight file holds arrays alone, and the graphs that use them
are written here. Nothing in this package imports PyTorch.
"""
