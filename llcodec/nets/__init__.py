"""Networks: the joint model, transforms, SNR map, attention, feature adaptation, entropy model.

Internal: names may change from one release to the next. Parameter names may not: they are the keys
of weight files.
"""
