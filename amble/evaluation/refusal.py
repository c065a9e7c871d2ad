"""Why nothing was computed."""

from collections.abc import Sequence


class CannotEvaluate(Exception):
    """Nothing was computed. `reasons` are complete messages, one per fault."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


class NotYet(CannotEvaluate):
    """Nothing was computed for want of people. In a young service nobody need do anything about it."""
