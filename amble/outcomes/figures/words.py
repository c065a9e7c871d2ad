"""What a table or a sentence says of counts that were released: hidden with them."""

from math import isfinite

from scipy.stats import binomtest

from amble.evaluation.marks import people, share
from amble.evaluation.report.disclosure import HIDDEN, hidden
from amble.evaluation.results import Cell

NOT_SHOWN = "(not shown)"


def percent(part: Cell, whole: Cell) -> Cell:
    """None of nobody."""
    if hidden(part) or hidden(whole):
        return HIDDEN
    return round(100 * part / whole, 1) if whole else None


def wilson(part: Cell, whole: Cell, confidence: float) -> tuple[Cell, Cell]:
    """Wilson's interval of a share, in per cent; patients of one physiotherapist count as if they were not alike."""
    if hidden(part) or hidden(whole):
        return HIDDEN, HIDDEN
    if not whole:
        return None, None
    found = binomtest(part, whole).proportion_ci(confidence, method="wilson")
    ends = (round(100 * float(found.low), 1), round(100 * float(found.high), 1))
    return ends if all(isfinite(end) for end in ends) else (None, None)


def beside(value: Cell, count: Cell) -> Cell:
    """A mean or another number that was made from a count."""
    return HIDDEN if hidden(count) else value


def said(count: Cell) -> str:
    return NOT_SHOWN if hidden(count) else people(count)


def said_share(part: Cell, whole: Cell) -> str:
    return NOT_SHOWN if hidden(part) or hidden(whole) else share(part, whole)
