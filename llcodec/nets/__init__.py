"""Networks: the joint model, building blocks, transforms, SNR map, SNR-guided attention, feature adaptation.

Internal: names may change from one release to the next. Parameter names may not: they are the keys
of weight files.
"""
