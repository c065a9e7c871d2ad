"""What is true in a scenario: contrasts of both potential outcomes, averaged over many invented services.

The people of one replicate are a sample; their intervals speak of the service at large, so the truth is taken from
other, larger draws.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from amble.evaluation.columns import LEVELS
from amble.evaluation.results import Estimate
from amble.evaluation.simulate import blocks
from amble.evaluation.simulate.drawing import Drawn
from amble.evaluation.simulate.measures import BETTER
from amble.evaluation.simulate.parameters import MEASURES, VISITS
from amble.evaluation.simulate.truth import contrasts
from amble.evaluation.study.model import Study
from amble.evaluation.study.visits import weeks

from .estimands import Estimator, Scenario

EPISODES = 25_000  # the largest service with the study's number of clinicians
FIRST_SEED = 1_000_000  # replicates have smaller seeds
WEIGHTS = ("ATE", "ATT", "ATO")
Key = tuple[str, str | None, str]  # outcome, visit, contrast
LEVELS_NAMED = re.compile(r"\((.+) minus (.+)\)$")


class Truths:
    """Weighted means by (outcome, visit, contrast, weight, people, group)."""

    def __init__(self, scenario: Scenario, services: int) -> None:
        self.scenario = scenario
        self.sums: dict = defaultdict(_nothing)
        for number in range(services):
            self._add(next(blocks(EPISODES, FIRST_SEED + number, scenario.parameters)))

    def of(self, estimator: Estimator, estimate: Estimate) -> float | None:
        """The number that the estimate is held against; None where there is none."""
        if estimator.truth == "none":
            return None
        if estimator.truth == "paths":
            return None if self.scenario.effects else 0.0
        at = (estimate.outcome, estimate.visit)
        if estimator.truth == "interaction":
            found = LEVELS_NAMED.search(estimate.estimand)
            if not found:
                return None
            groups = [f"{estimate.subgroup} = {level}" for level in found.groups()]
            one, other = (self._value(estimator, (*at, "difference"), group) for group in groups)
            return one - other
        if estimator.truth == "log_rate_ratio":
            etmi, usual = (self._value(estimator, (*at, arm), None) for arm in ("etmi", "usual_care"))
            return float(np.log(etmi / usual))
        return self._value(estimator, (*at, estimator.truth), estimate.subgroup)

    def _value(self, estimator: Estimator, key: Key, group: str | None) -> float:
        total, weight = self.sums[(*key, estimator.weight, estimator.people, group)]
        if not weight:
            raise KeyError((key, estimator.people, group))
        return float(total / weight)

    def _add(self, drawn: Drawn) -> None:
        e, eligible = drawn.propensity, drawn.people.eligible
        weights = dict(zip(WEIGHTS, (np.ones(len(e)), drawn.etmi.astype(float), e * (1 - e)), strict=True))
        groups = list(_groups(drawn))
        for key, value in _values(drawn):
            for people, inside in _people(drawn, *key[:2]):
                for name, weight in weights.items():
                    w = weight * (inside & eligible)
                    self.sums[(*key, name, people, None)] += (w @ value, w.sum())
                    if key[1] == "average" and (people, name) == (
                        "seen",
                        "ATO",
                    ):  # what groups are held against
                        for group, member in groups:
                            v = w * member
                            self.sums[(*key, name, people, group)] += (v @ value, v.sum())
        self._arms(drawn)

    def _arms(self, drawn: Drawn) -> None:
        """Completeness in one arm minus the other, as it is; the sums of both arms are kept until all are added."""
        for k, measure in enumerate(MEASURES):
            complete = drawn.recorded[:, k].all(0) & drawn.people.eligible
            for arm, inside in ((1, drawn.etmi), (0, ~drawn.etmi)):
                self.sums["complete", measure, arm] += (
                    complete[inside].sum(),
                    drawn.people.eligible[inside].sum(),
                )
            (yes, n), (no, m) = (self.sums["complete", measure, arm] for arm in (1, 0))
            self.sums[(measure, None, "arms", "ATE", "everyone", None)] = np.array([yes / n - no / m, 1.0])


def _nothing() -> np.ndarray:
    return np.zeros(2)


def _values(drawn: Drawn) -> Iterator[tuple[Key, np.ndarray]]:
    """(outcome, visit, contrast), and (n,) of each person ETMI minus usual care."""
    study, found = Study(), {}
    for key, value in contrasts(drawn, study.mic):
        found[key] = value
        yield key, value
    yield (
        ("sessions", None, "difference"),
        found["sessions", None, "etmi"] - found["sessions", None, "usual_care"],
    )
    yield ("cost", None, "difference"), found["minutes", None, "difference"]
    usual, etmi = drawn.courses.activity.astype(int)
    start = drawn.people.activity
    for t, visit in enumerate(VISITS):
        yield ("activity_level", visit, "active"), (etmi[t] == 2).astype(float) - (usual[t] == 2)
        yield ("activity_level", visit, "moved_up"), (etmi[t] > start).astype(float) - (usual[t] > start)
    for measure in MEASURES:
        usual, etmi = (_weeks(drawn, measure, study.mic[measure], arm) for arm in (0, 1))
        yield (measure, VISITS[-1], "weeks"), etmi - usual


def _weeks(drawn: Drawn, measure: str, mic: float, arm: int) -> np.ndarray:
    """(n,) weeks until the middle of the gap in which the change first came, at most until the last visit."""
    k, time = MEASURES.index(measure), np.array([0.0, *(weeks()[visit] for visit in VISITS)])
    gain = BETTER[measure] * (drawn.courses.scores[arm, k].astype(int) - drawn.courses.start[k])
    reached = gain >= round(10 * mic)
    first = np.where(reached.any(0), reached.argmax(0), len(VISITS))
    return np.append((time[:-1] + time[1:]) / 2, time[-1])[first]


def _people(drawn: Drawn, outcome: str, visit: str | None) -> Iterator[tuple[str, np.ndarray]]:
    yield "everyone", np.ones(len(drawn), bool)
    names = (*MEASURES, "activity_level")
    if outcome in names:
        recorded = drawn.recorded[:, names.index(outcome)]
        yield "seen", recorded[0] & recorded[1:].any(0)
        if visit in VISITS:
            yield "measured", recorded[0] & recorded[1 + VISITS.index(visit)]


def _groups(drawn: Drawn) -> Iterator[tuple[str, np.ndarray]]:
    """Each level of each variable by which the report looks at groups."""
    one = drawn.people
    codes = {
        "depression_or_anxiety": one.depression_or_anxiety,
        "depression": one.depression,
        "anxiety": one.anxiety,
        "sex": one.sex,
        "age_group": np.digitize(one.age, (45, 65)),
        "activity_level": one.activity,
        "deprivation_quintile": one.deprivation - 1,
        "language": one.language,
    }
    levels = {**LEVELS, "language": tuple(drawn.parameters["people.languages"])}
    for name, code in codes.items():
        for number, level in enumerate(levels[name]):
            if (code == number).any():
                yield f"{name} = {level}", code == number
