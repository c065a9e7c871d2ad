"""What is true of the generated people: contrasts of both potential outcomes of every eligible episode.

Estimands: ATE, the mean over all eligible people; ATT, over those who received ETMI; ATO, weighted by e(1 - e) with
the true propensity e, so over those for whom either care was likely. Outcomes that nobody recorded count like others.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from amble.evaluation.simulate.drawing import Drawn
from amble.evaluation.simulate.measures import BETTER
from amble.evaluation.simulate.parameters import MEASURES, VISITS
from amble.evaluation.study.model import Study

ESTIMANDS = ("ATE", "ATT", "ATO")
SUBGROUPS = (
    ("depression_or_anxiety", ("no", "yes")),
    ("sex", ("female", "male")),
    ("activity_level", ("none", "1-2", "3+")),
    ("deprivation_quintile", ("1", "2", "3", "4", "5")),
)
COUNTED = ("episodes", "eligible", "etmi", "complete")
Key = tuple[str, str | None, str]


class Truth:
    """Weighted sums of the contrasts, added block by block, so that a service of any size has a truth.

    mic: measure -> smallest change that matters, in points; the built-in study's by default.
    """

    def __init__(self, mic: dict[str, float] | None = None) -> None:
        self.mic = Study().mic if mic is None else mic
        self.sums: np.ndarray | float = 0.0
        self.weights: np.ndarray | float = 0.0
        self.people: np.ndarray | float = 0.0
        self.population = dict.fromkeys(COUNTED, 0)

    def add(self, drawn: Drawn) -> "Truth":
        keys, values = zip(*contrasts(drawn, self.mic), strict=True)
        names, groups = zip(*subgroups(drawn), strict=True)
        self.keys, self.groups = keys, names
        eligible = drawn.people.eligible
        e = drawn.propensity
        member = np.stack(groups) & eligible
        weights = np.stack([np.ones(len(e)), drawn.etmi.astype(float), e * (1 - e)])
        each = (member[:, None, :] * weights).reshape(-1, len(e))  # (groups x estimands, n)
        self.sums = self.sums + each @ np.stack(values, axis=1)
        self.weights = self.weights + each.sum(1)
        self.people = self.people + (member[:, None, :] * (weights > 0)).sum(2).ravel()
        complete = drawn.recorded[0, 0] & drawn.recorded[1, 0]
        for name, counted in zip(COUNTED, (np.ones(len(e)), eligible, drawn.etmi, complete), strict=True):
            self.population[name] += int(counted.sum())
        return self

    def records(self) -> list[dict[str, Any]]:
        """One for each outcome, visit, contrast, estimand and subgroup, named as in results.json.

        A value is None in a group without people.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            means = self.sums / self.weights[:, None]
        records = []
        for row, (group, estimand) in enumerate((g, e) for g in self.groups for e in ESTIMANDS):
            found = dict(zip(self.keys, means[row], strict=True))
            usual, treated = (found.pop(("sessions", None, arm)) for arm in ("usual_care", "etmi"))
            found["sessions", None, "difference"] = treated - usual
            found["sessions", None, "rate_ratio"] = treated / usual
            found["sessions", None, "log_rate_ratio"] = np.log(treated / usual)
            n = int(self.people[row])
            for (outcome, visit, contrast), value in found.items():
                records.append(
                    {
                        "outcome": outcome,
                        "visit": visit,
                        "contrast": contrast,
                        "estimand": estimand,
                        "subgroup": group,
                        "value": float(value) if np.isfinite(value) else None,
                        "n": n,
                    }
                )
        return records

    def value(
        self,
        outcome: str,
        visit: str | None,
        contrast: str = "difference",
        estimand: str = "ATE",
        subgroup: str | None = None,
    ) -> float | None:
        """One number of `records`."""
        wanted = (outcome, visit, contrast, estimand, subgroup)
        names = ("outcome", "visit", "contrast", "estimand", "subgroup")
        found = [r["value"] for r in self.records() if tuple(r[name] for name in names) == wanted]
        if not found:
            raise KeyError(wanted)
        return found[0]


def contrasts(drawn: Drawn, mic: dict[str, float]) -> Iterator[tuple[Key, np.ndarray]]:
    """(outcome, visit, contrast), and (n,) ETMI minus usual care for each person, in the measure's own unit."""
    usual, etmi = drawn.courses.scores.astype(np.int64)
    for k, measure in enumerate(MEASURES):
        difference = (etmi[k] - usual[k]) / 10
        yield from (((measure, visit, "difference"), difference[t]) for t, visit in enumerate(VISITS))
        yield (measure, "average", "difference"), difference.mean(0)
        change = BETTER[measure] * np.stack([usual[k], etmi[k]]) - BETTER[measure] * drawn.courses.start[k]
        reached = (change >= round(mic[measure] * 10)).astype(float)
        for t, visit in enumerate(VISITS):
            yield (measure, visit, "risk_difference"), reached[1, t] - reached[0, t]
    usual, etmi = drawn.courses.activity.astype(np.int64)
    yield from (
        (("activity_level", visit, "difference"), etmi[t] - usual[t]) for t, visit in enumerate(VISITS)
    )
    usual, etmi = drawn.counts.sessions
    yield ("sessions", None, "usual_care"), usual
    yield ("sessions", None, "etmi"), etmi
    usual, etmi = drawn.counts.minutes
    yield ("minutes", None, "difference"), etmi - usual


def subgroups(drawn: Drawn) -> Iterator[tuple[str | None, np.ndarray]]:
    """Everyone (None), and each level of each subgroup as it is, whether recorded or not."""
    one = drawn.people
    codes = {
        "depression_or_anxiety": one.depression_or_anxiety,
        "sex": one.sex,
        "activity_level": one.activity,
        "deprivation_quintile": one.deprivation - 1,
    }
    yield None, np.ones(len(drawn), bool)
    for name, levels in SUBGROUPS:
        for code, level in enumerate(levels):
            yield f"{name} = {level}", codes[name] == code
