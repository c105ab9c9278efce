"""Embedding models: the bundled weights, compilation, and what runs the result."""
