"""Reach: who is invited, trained, delivering; who is eligible, offered, receiving, complete; and where it leaks."""

from amble.outcomes.figures.reach.page import sections

__all__ = ["sections"]
