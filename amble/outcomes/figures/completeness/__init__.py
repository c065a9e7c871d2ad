"""Completeness: whether measures that are due are answered, and of how many people we know how they did."""

from amble.outcomes.figures.completeness.page import sections

__all__ = ["sections"]
