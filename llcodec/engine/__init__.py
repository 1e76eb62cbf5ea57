"""The engines: ONNX Runtime or PyTorch, behind one interface, run the float networks."""
