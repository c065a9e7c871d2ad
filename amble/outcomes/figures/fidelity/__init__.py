"""Fidelity: whether ETMI was given as it was meant, by self-report and as colleagues rated it."""

from amble.outcomes.figures.fidelity.page import sections

__all__ = ["sections"]
