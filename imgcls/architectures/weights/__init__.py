"""Weights that others trained: read without running anything that is in their files."""
