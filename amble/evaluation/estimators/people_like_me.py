"""The course of the earlier patients who are most like a new one, by predictive mean matching.

Equations: docs/methods/people_like_me.md. A linear model says from what is known at the start how much a person can do
at the first later visits; the earlier patients with the nearest such prediction are the group; what they could do later
is the course. Only courses at points of a grid are kept, so that a page needs no rows of people.
Function is 0 to 100, higher is better. No effect of treatment is estimated: both arms are together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from amble.evaluation.estimators.linear_model import least_squares

GROUP_SHARE = (
    0.1  # of the earlier patients are "most like" a new one: nearer ones say more, but fewer say less surely
)
LEAST_GROUP, MOST_GROUP = 150, 500  # 500 tell a tenth to within 3 in 100; more would only be less alike
LEAST_PEOPLE = 5 * LEAST_GROUP  # a group of more than a fifth of everybody is not "most like" anybody
LEAST_ANSWERS = 80  # a tenth of them is 8: more than a report hides, and enough to say where a tenth begins
LEAST_OF_A_KIND = 30  # with fewer on either side a coefficient would mostly repeat what these few did
NEAR = 2.0  # points: how far the group's mean prediction may lie from the person's; well below a change that matters
POINTS = 50  # of the grid: about a point apart
EDGE = 0.01  # of predictions and of ages at either end: nobody is told about there, too few are beyond
TENTHS = (0.1, 0.5, 0.9)
COUNTS_TO = 5  # counts are told to the nearest 5, so that neighbouring groups do not tell of one person

Known = Mapping[str, float | str | None]  # what is known of one person at the start


@dataclass(frozen=True)
class People:
    """Earlier patients in the order in which they began, each once.

    numbers: name -> (n,) with NaN where not known; "function" is always known.
    groups: name -> (n,) text, "" where not known.
    visits: V names in order of time.  later: (n, V) function, NaN where not answered.
    over: (n, V) whether the visit is over, so that who has not answered will not.
    """

    numbers: Mapping[str, np.ndarray]
    groups: Mapping[str, np.ndarray]
    visits: tuple[str, ...]
    later: np.ndarray
    over: np.ndarray

    def __len__(self) -> int:
        return len(self.later)

    def only(self, which: np.ndarray) -> "People":
        """which: (n,) bool or indices in order."""
        numbers = {name: values[which] for name, values in self.numbers.items()}
        groups = {name: values[which] for name, values in self.groups.items()}
        return People(numbers, groups, self.visits, self.later[which], self.over[which])


@dataclass(frozen=True)
class Number:
    """What a number known at the start adds: slope x (value - mean), or `unknown`. low, high: the middle 98%."""

    mean: float
    slope: float
    unknown: float
    low: float
    high: float


@dataclass(frozen=True)
class Kind:
    """What each level adds to the average of all; what is not known, or of a rare level, adds `unknown`."""

    levels: Mapping[str, float]
    unknown: float


@dataclass(frozen=True)
class Course:
    """A group at a predicted value. n, over: people who answered, people whose visit is over, by visit, rounded.

    low, median, high: a tenth of the group is below low, half below the median, a tenth above high; whole points,
    by visit, None where fewer than LEAST_ANSWERS answered or the group is not near enough.
    """

    at: float
    size: int
    n: tuple[int, ...]
    over: tuple[int, ...]
    low: tuple[float | None, ...]
    median: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class Model:
    """intercept, numbers, kinds: the prediction (people_like_me-2).  courses: at equal steps of it.

    people: how many it was made from, rounded.
    """

    visits: tuple[str, ...]
    people: int
    intercept: float
    numbers: Mapping[str, Number]
    kinds: Mapping[str, Kind]
    courses: tuple[Course, ...]

    def predicted(self, known: Known) -> float:
        """For one person, from what is known of them; what is not known counts as an average."""
        total = self.intercept
        for name, number in self.numbers.items():
            value = known.get(name)
            total += number.unknown if value is None else number.slope * (value - number.mean)
        for name, kind in self.kinds.items():
            total += kind.levels.get(known.get(name), kind.unknown)
        return total

    def course(self, predicted: float) -> Course | None:
        """Of the nearest point; None beyond the ends of the grid."""
        first, last = self.courses[0].at, self.courses[-1].at
        if not first <= predicted <= last:
            return None
        step = (last - first) / (len(self.courses) - 1)
        return self.courses[round((predicted - first) / step) if step else 0]

    def kept(self) -> dict[str, Any]:
        """As JSON. `opened` brings it back."""
        return asdict(self)


def opened(kept: Mapping[str, Any]) -> Model:
    courses = tuple(
        Course(**{k: tuple(v) if isinstance(v, list | tuple) else v for k, v in each.items()})
        for each in kept["courses"]
    )
    numbers = {name: Number(**each) for name, each in kept["numbers"].items()}
    kinds = {name: Kind(**each) for name, each in kept["kinds"].items()}
    return Model(tuple(kept["visits"]), kept["people"], kept["intercept"], numbers, kinds, courses)


def fit(people: People, targets: Sequence[str]) -> Model | None:
    """targets: the visits whose function is predicted; the prediction is for the last of them that was answered.

    None when there are too few people, or too few answers at every target, to say anything.
    """
    if len(people) < LEAST_PEOPLE:
        return None
    at = [people.visits.index(visit) for visit in targets if visit in people.visits]
    at = [v for v in at if np.isfinite(people.later[:, v]).sum() >= LEAST_ANSWERS]
    if not at:
        return None
    columns = _columns(people)
    coef = _coefficients(columns, people.later[:, at])
    predicted = coef["intercept"] + sum(coef[name] * values for name, values in columns.items())
    return Model(
        people.visits,
        rounded(len(people)),
        coef["intercept"],
        _numbers(people, coef),
        _kinds(people, coef),
        courses(predicted, people.later, people.over),
    )


def courses(predicted: np.ndarray, later: np.ndarray, over: np.ndarray) -> tuple[Course, ...]:
    """predicted: (n,), later and over: (n, V). A group for each point of the grid (people_like_me-3 to -5)."""
    order = np.argsort(predicted, kind="stable")
    predicted, later, over = predicted[order], later[order], over[order]
    size = group_size(len(predicted))
    grid = np.linspace(*np.quantile(predicted, (EDGE, 1 - EDGE)), POINTS)
    return tuple(
        _course(at, predicted[start : start + size], later[start : start + size], over[start : start + size])
        for at, start in zip(grid, _nearest(predicted, size, grid), strict=True)
    )


def group_size(people: int) -> int:
    return int(np.clip(round(GROUP_SHARE * people), LEAST_GROUP, MOST_GROUP))


def points(value: float | np.ndarray) -> np.ndarray:
    """As told: whole points, a half upwards."""
    return np.floor(np.asarray(value) + 0.5)


def rounded(count: float) -> int:
    """As told: a number of people to the nearest COUNTS_TO."""
    return int(COUNTS_TO * round(count / COUNTS_TO))


def _nearest(ordered: np.ndarray, size: int, grid: np.ndarray) -> list[int]:
    """Where the `size` nearest of the ordered values begin, for each point of the grid, by halving."""
    starts = []
    for at in grid:
        low, high = 0, len(ordered) - size
        while low < high:
            middle = (low + high) // 2
            if at - ordered[middle] > ordered[middle + size] - at:
                low = middle + 1
            else:
                high = middle
        starts.append(low)
    return starts


def _course(at: float, predicted: np.ndarray, later: np.ndarray, over: np.ndarray) -> Course:
    near = abs(predicted.mean() - at) <= NEAR
    n, ends = [], []
    for values in later.T:
        answered = values[np.isfinite(values)]
        n.append(len(answered))
        told = near and len(answered) >= LEAST_ANSWERS
        # An "exact" quantile: the next person of the same kind is below it with just this chance (people_like_me-5).
        found = points(np.quantile(answered, TENTHS, method="weibull")) if told else (None,) * 3
        ends.append([None if end is None else float(end) for end in found])
    low, median, high = zip(*ends, strict=True)
    asked = (over | np.isfinite(later)).sum(axis=0)
    return Course(
        float(at), len(predicted), tuple(map(rounded, n)), tuple(map(rounded, asked)), low, median, high
    )


# The linear model. Every column is 0 for an average person and where nothing is known.


def _columns(people: People) -> dict[str, np.ndarray]:
    """(people_like_me-1) A column for each number, each level, and each "not known" of which there are enough."""
    found = {}
    for name, values in people.numbers.items():
        known = np.isfinite(values)
        found[name] = np.where(known, values - _mean(values), 0.0)
        found |= _unknown(name, known)
    for name, values in people.groups.items():
        levels = _levels(values)
        known = np.isin(values, levels)
        for level in levels[1:]:  # against the most frequent
            share = np.mean(values[known] == level)
            found[_term(name, level)] = np.where(known, (values == level) - share, 0.0)
        found |= _unknown(name, known)
    return found


def _unknown(name: str, known: np.ndarray) -> dict[str, np.ndarray]:
    enough = min(known.sum(), (~known).sum()) >= LEAST_OF_A_KIND
    return {_term(name, None): (~known).astype(float)} if enough else {}


def _term(name: str, level: str | None) -> str:
    return f"{name} not known" if level is None else f"{name} = {level}"


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def _levels(values: np.ndarray) -> list[str]:
    """Those of enough people, the most frequent first."""
    found, counts = np.unique(values[values != ""], return_counts=True)
    enough = [(-count, str(level)) for level, count in zip(found, counts, strict=True)]
    return [level for count, level in sorted(enough) if -count >= LEAST_OF_A_KIND]


def _coefficients(columns: Mapping[str, np.ndarray], targets: np.ndarray) -> dict[str, float]:
    """Least squares on all answers at the targets, each target with its own level; 0 for what was left out."""
    matrix = np.column_stack(list(columns.values()))
    terms = ["intercept", *(f"earlier {t}" for t in range(targets.shape[1] - 1)), *columns]
    gram = np.zeros((len(terms) + 1,) * 2)
    for t, values in enumerate(targets.T):
        answered = np.isfinite(values)
        level = np.zeros((answered.sum(), targets.shape[1]))
        level[:, 0] = 1.0
        level[:, t + 1 : t + 2] = 1.0  # the last target has no column of its own
        rows = np.column_stack([level, matrix[answered], values[answered]])
        gram += rows.T @ rows
    found = least_squares(gram, (*terms, "function later"), terms, ("function later",))
    return {term: float(found.coef[i, 0]) for i, term in enumerate(terms)}


def _numbers(people: People, coef: Mapping[str, float]) -> dict[str, Number]:
    found = {}
    for name, values in people.numbers.items():
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, (EDGE, 1 - EDGE)) if len(known) else (0.0, 0.0)
        unknown = coef.get(_term(name, None), 0.0)
        found[name] = Number(_mean(values), coef[name], unknown, float(low), float(high))
    return found


def _kinds(people: People, coef: Mapping[str, float]) -> dict[str, Kind]:
    found = {}
    for name, values in people.groups.items():
        levels = _levels(values)
        known = values[np.isin(values, levels)]
        adds = {level: coef.get(_term(name, level), 0.0) for level in levels}
        average = sum(adds[level] * float(np.mean(known == level)) for level in levels)
        adds = {level: added - average for level, added in adds.items()}
        found[name] = Kind(adds, coef.get(_term(name, None), 0.0))
    return found
