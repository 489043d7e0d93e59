"""Content: how unequally pieces are read and shared."""

from opslab.ground.inequality import gini, lorenz

__all__ = ["gini", "lorenz"]
