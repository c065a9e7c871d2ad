"""An invented health service whose truth is known: for trying the engine out, and for testing every estimator.

`simulate` writes it as a snapshot; `draw` keeps it in memory, `landed` makes a cohort of it, `Truth` its truth.
"""

from amble.evaluation.simulate.drawing import Drawn, blocks, draw
from amble.evaluation.simulate.landing import landed, languages
from amble.evaluation.simulate.parameters import read
from amble.evaluation.simulate.truth import Truth
from amble.evaluation.simulate.write import CannotWrite, simulate

__all__ = ["CannotWrite", "Drawn", "Truth", "blocks", "draw", "landed", "languages", "read", "simulate"]
