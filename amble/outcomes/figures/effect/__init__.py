"""Effect: whether it works, and how each estimate moved as data came in."""

from amble.outcomes.figures.effect.page import sections

__all__ = ["sections"]
