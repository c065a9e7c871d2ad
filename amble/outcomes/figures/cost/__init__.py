"""Cost: what ETMI costs against usual care, and the numbers that the planners start from."""

from amble.outcomes.figures.cost.page import sections

__all__ = ["sections"]
