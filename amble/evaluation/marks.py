"""Numbers of people in sentences, marked so that disclosure control finds every one of them and nothing else."""

import re

# A count, or a share with the counts it was made from.
MARK = re.compile(r"⟦(\d+)(?:/(\d+))?⟧")


def people(n: float) -> str:
    """A number of people or episodes."""
    return f"⟦{round(n)}⟧"


def share(part: float, whole: float) -> str:
    """A share of people, as a percentage."""
    return f"⟦{round(part)}/{round(whole)}⟧"


def percent(share: float) -> str:
    """A whole percentage, with one decimal where rounding would hide that it is small or not all."""
    return f"{100 * share:.{0 if share in (0, 1) or 0.1 <= share <= 0.99 else 1}f}%"
