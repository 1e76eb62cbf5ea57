"""Enhancers as the benchmark sees them: pictures in, brighter pictures out."""
