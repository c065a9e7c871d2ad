"""How well a course told to new patients came true, on patients who were left out. Equations: people_like_me.md.

Function is 0 to 100; what was told and what came are compared in whole points, as people read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from amble.evaluation.estimators.people_like_me import LEAST_ANSWERS, People, fit, points

FOLDS = 5
LATER_SHARE = 1 / 3  # of the patients, those who began last, are told from the others
TOLERATED = (
    0.70,
    0.90,
)  # the share in the middle 80%: beyond it, "8 of 10" is no longer true enough to be said
MEDIAN_TOLERATED = (0.40, 0.60)  # the share who reach the median, of which "half" is said


@dataclass(frozen=True)
class Told:
    """What the left-out patients would have been told. (n, V); NaN where it would have been refused."""

    predicted: np.ndarray
    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Check:
    """n: people who were told and answered.  Shares with their intervals; None with fewer than LEAST_ANSWERS.

    inside: within the middle 80% told.  reached: at or above the median told, those exactly on it counted half.
    slope, intercept: of what came on the median told (people_like_me-7): 1 and 0 when it holds at every height.
    told, came: mean of the medians told, and of what came.
    """

    n: int
    inside: float | None = None
    inside_low: float | None = None
    inside_high: float | None = None
    reached: float | None = None
    slope: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    intercept: float | None = None
    told: float | None = None
    came: float | None = None

    @property
    def good(self) -> bool | None:
        """None: too few to know."""
        if self.inside is None:
            return None
        within = TOLERATED[0] <= self.inside <= TOLERATED[1]
        return within and MEDIAN_TOLERATED[0] <= self.reached <= MEDIAN_TOLERATED[1]


def of_left_out_fifths(people: People, targets: Sequence[str]) -> Told:
    """Each fifth told from the other four; every fifth person in order of beginning, so that all times are in each."""
    fold = np.arange(len(people)) % FOLDS
    told = _nothing(people)
    for out in range(FOLDS):
        _tell(told, people, np.flatnonzero(fold != out), np.flatnonzero(fold == out), targets)
    return told


def of_later_patients(people: People, targets: Sequence[str]) -> Told:
    """Those who began last told from those before them, as it is used; nothing for the earlier ones."""
    first = len(people) - round(LATER_SHARE * len(people))
    told = _nothing(people)
    _tell(told, people, np.arange(first), np.arange(first, len(people)), targets)
    return told


def check(told: Told, people: People, visit: str, among: np.ndarray, confidence: float) -> Check:
    """among: (n,) bool, whom to look at."""
    v = people.visits.index(visit)
    came = points(people.later[:, v])
    known = among & np.isfinite(came) & np.isfinite(told.median[:, v])
    low, median, high = (values[known, v] for values in (told.low, told.median, told.high))
    came, n = came[known], int(known.sum())
    if n < LEAST_ANSWERS:
        return Check(n)
    inside = float(((low <= came) & (came <= high)).mean())
    share = stats.binomtest(round(inside * n), n).proportion_ci(confidence, "wilson")
    reached = float((came > median).mean() + (came == median).mean() / 2)
    line = _line(median, came, confidence)
    return Check(
        n,
        inside,
        float(share.low),
        float(share.high),
        reached,
        *line,
        float(median.mean()),
        float(came.mean()),
    )


def _line(x: np.ndarray, y: np.ndarray, confidence: float) -> tuple[float | None, ...]:
    """(slope, low, high, intercept) with an error that does not ask for equal spread (people_like_me-7)."""
    centred = x - x.mean()
    spread = (centred**2).sum()
    if spread <= 0:
        return None, None, None, None
    slope = float((centred * y).sum() / spread)
    residual = y - y.mean() - slope * centred
    n = len(x)
    se = float(np.sqrt(n / (n - 2) * ((centred * residual) ** 2).sum()) / spread)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 2)) * se
    return slope, slope - half, slope + half, float(y.mean() - slope * x.mean())


def _nothing(people: People) -> Told:
    n, visits = people.later.shape
    return Told(np.full(n, np.nan), *(np.full((n, visits), np.nan) for _ in range(3)))


def _tell(told: Told, people: People, known: np.ndarray, new: np.ndarray, targets: Sequence[str]) -> None:
    """Fill in what the `new` would be told, one by one as a page does it, from the `known`."""
    model = fit(people.only(known), targets)
    if model is None:
        return
    everything = {**people.numbers, **people.groups}
    for i in new:
        person = {name: _known(values[i]) for name, values in everything.items()}
        told.predicted[i] = model.predicted(person)
        if course := model.course(told.predicted[i]):
            for kept, ends in (
                (told.low, course.low),
                (told.median, course.median),
                (told.high, course.high),
            ):
                kept[i] = [np.nan if end is None else end for end in ends]


def _known(value: float | str) -> float | str | None:
    return None if value == "" or value != value else value
