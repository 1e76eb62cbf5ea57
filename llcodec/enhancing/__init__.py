"""Enhancement without a file in between: NeRCo, SNR-Aware, or the joint codec's network."""
