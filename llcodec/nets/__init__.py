"""Networks: building blocks, transforms, SNR map, SNR-guided attention, feature adaptation."""
