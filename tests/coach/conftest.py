"""Engines for the rules that are held to real runs."""

from tests.engines.fakes import new_engine

__all__ = ["new_engine"]
