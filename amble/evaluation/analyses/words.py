"""Numbers as they stand in sentences."""

import math

DIGITS = {
    "pain": 2
}  # decimals of a difference in a sentence: pain has 11 steps, the others 100; 1 where not named


def number(value: float, digits: int = 1) -> str:
    """Rounded, with a true minus sign and thousands marked; never "-0.0"."""
    text = f"{abs(value):,.{digits}f}"
    return f"−{text}" if value < 0 and any(mark in text for mark in "123456789") else text


def counted(n: int, thing: str) -> str:
    """ "1 clinic", "1,624 clinics"."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def interval(low: float | None, high: float | None, confidence: float, digits: int = 1) -> str:
    """ "95% interval 1.2 to 3.4", or words when there is none."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "no interval can be given"
    return f"{100 * confidence:.3g}% interval {number(low, digits)} to {number(high, digits)}"


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def p_words(p: float) -> str:
    """ "p = 0.031", never "p = 0.000"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
