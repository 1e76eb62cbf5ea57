"""The engines: ONNX Runtime or PyTorch, behind one interface, run the float networks.

Internal: names may change from one release to the next.
"""
