"""How numbers and codes are said to people."""

import math
import re
from collections.abc import Iterable

from amble.evaluation.results import Cell, Estimate
from amble.evaluation.study.model import LABELS

MINUS = "−"
WORDS = {
    "etmi": "ETMI",
    "usual_care": "usual care",
    "baseline": "start",
    "6w": "6 weeks",
    "3m": "3 months",
    "6m": "6 months",
    "12m": "12 months",
    "average": "all visits together",
    "mmrm": "mixed model for repeated measures",
    "lmm": "mixed model with clinicians",
    "ci_low": "interval from",
    "ci_high": "to",
    "low": "interval from",
    "high": "to",
    "se": "standard error",
    "low_always": "interval for every look, from",
    "high_always": "to",
    "smd": "standardised difference",
    "df": "degrees of freedom",
    "n_etmi": "people, ETMI",
    "n_usual_care": "people, usual care",
    "eligible": "eligible patients",
    "offered": "offered ETMI",
    "receiving": "received ETMI",
    "receiving_percent": "received ETMI, %",
    "outcomes_complete_percent": "outcomes complete, %",
    **LABELS,
}


def word(code: str) -> str:
    """A code as people say it: "usual_care" is usual care, "3m" is 3 months; other text stays as it is."""
    if code in WORDS:
        return WORDS[code]
    variable, equals, level = code.partition(" = ")
    if equals:
        return f"{word(variable)}: {word(level)}"
    return code if " " in code else re.sub(r"\betmi\b", "ETMI", code.replace("_", " "))


def sentence(text: str) -> str:
    """A warning as a sentence: terms and visits, which a fit knows by their codes, as people say them."""
    said = re.sub(r"\b([a-z]\w*):([\w+][\w+-]*)", lambda m: f"{m[1]} {_level(m[2])}", text)
    said = re.sub(
        r"\b(?:6w|3m|6m|12m|mmrm|[a-z]\w*_\w+)\b", lambda m: word(m[0]).removesuffix(" years"), said
    )
    end = "" if said.endswith((".", "?", "!")) else "."
    return said[:1].upper() + said[1:] + end


def _level(code: str) -> str:
    return "not recorded" if code == "unknown" else code


def label(code: str) -> str:
    """A word at the start of a line or a column."""
    said = word(code)
    return said[:1].upper() + said[1:] if said[:1].islower() and code != "p" else said


def decimals(values: Iterable[Cell]) -> int:
    """Decimals for a column: three figures for its typical number, never more than three decimals."""
    sizes = [abs(v) for v in values if isinstance(v, float) and math.isfinite(v)]
    if not sizes or all(size == round(size) for size in sizes):
        return 0
    largest = max(sizes)
    return 0 if largest >= 1000 else 1 if largest >= 3 else 2 if largest >= 0.1 else 3


def number(value: float | None, places: int = 2) -> str:
    """With a true minus sign and thousands set apart; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    said = f"{value:,.{places}f}"
    return said[1:] if said.startswith("-") and not said.strip("-0.,") else said.replace("-", MINUS)


def count(value: int | None) -> str:
    return "hidden" if value is None else number(value, 0)


def p_value(p: float | None) -> str:
    if p is None or not math.isfinite(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.2f}" if p >= 0.1 else f"{p:.3f}"


def percent(share: float | None) -> str:
    return "hidden" if share is None else f"{100 * share:.0f}%"


def interval(low: float | None, high: float | None, places: int = 2) -> str:
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{number(low, places)} to {number(high, places)}"


def with_interval(e: Estimate, confidence: float = 0.95) -> str:
    """Estimate and interval on the measure's own scale: 3.1 (95% interval 1.2 to 5.0)."""
    if e.estimate is None:
        return "not shown"
    places = 1 if e.contrast == "difference" else 2
    said = number(e.estimate, places)
    if e.ci_low is None or e.ci_high is None:
        return said
    return f"{said} ({100 * confidence:.0f}% interval {interval(e.ci_low, e.ci_high, places)})"


def cell(value: Cell, column: str, places: int) -> str:
    """A table's cell as text."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return word(value)
    if column == "p" or column.startswith("p_"):
        return p_value(value)
    return number(value, places if isinstance(value, float) else 0)
