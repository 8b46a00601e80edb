"""Engines with workers that need no TensorFlow."""

from tests.engines.fakes import engine, fake_workers, new_engine

__all__ = ["engine", "fake_workers", "new_engine"]
