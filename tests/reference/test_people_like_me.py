"""People like me beside statsmodels and SciPy, which know nothing of each other or of Amble."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats.mstats import mquantiles

from amble.evaluation.estimators import people_like_me, people_like_me_check
from tests import invented_people

TARGETS = ("discharge", "3m")
PEOPLE = invented_people.people(1500, seed=3, answers=0.8)
MODEL = people_like_me.fit(PEOPLE, TARGETS)
EVERYBODY = np.ones(len(PEOPLE), dtype=bool)


def statsmodels_prediction() -> np.ndarray:
    """The same line in plain indicators, "not known" as a level of its own and its number as 0."""
    numbers, groups = PEOPLE.numbers, PEOPLE.groups
    unknown = np.isnan(numbers["pain"])
    start = np.column_stack(
        [
            np.ones(len(PEOPLE)),
            numbers["function"],
            numbers["age_years"],
            np.where(unknown, 0, numbers["pain"]),
            unknown,
            groups["sex"] == "male",
            groups["depression"] == "yes",
            groups["depression"] == "",
        ]
    ).astype(float)
    # "other" is a level of too few people: they count as the average person.
    few = groups["sex"] == "other"
    start[few, 5] = np.mean(groups["sex"][~few] == "male")
    rows = [np.column_stack([start, np.full(len(start), t == 0)]) for t in range(2)]
    answered = [np.isfinite(PEOPLE.later[:, t]) for t in range(2)]
    x = np.vstack([rows[t][answered[t]] for t in range(2)])
    y = np.concatenate([PEOPLE.later[answered[t], t] for t in range(2)])
    return sm.OLS(y, x).fit().predict(rows[1])


def known(i: int) -> dict:
    return {
        name: people_like_me_check._known(values[i])
        for name, values in (PEOPLE.numbers | PEOPLE.groups).items()
    }


def test_statsmodels_predicts_the_same_for_everybody() -> None:
    ours = [MODEL.predicted(known(i)) for i in range(len(PEOPLE))]
    assert ours == pytest.approx(statsmodels_prediction(), abs=1e-8)


def test_scipy_has_the_same_quantiles_of_the_nearest_people() -> None:
    predicted = statsmodels_prediction()
    told = [course for course in MODEL.courses if None not in course.median]
    assert len(told) > 30
    for course in told:
        nearest = np.argsort(abs(predicted - course.at))[: course.size]
        for v in range(4):
            answers = PEOPLE.later[nearest, v]
            answers = answers[np.isfinite(answers)]
            theirs = mquantiles(answers, (0.1, 0.5, 0.9), alphap=0, betap=0)
            assert np.abs(np.array([course.low[v], course.median[v], course.high[v]]) - theirs).max() <= 0.5
            assert abs(course.n[v] - len(answers)) <= people_like_me.COUNTS_TO / 2


def test_statsmodels_draws_the_same_calibration_line() -> None:
    told = people_like_me_check.of_left_out_fifths(PEOPLE, TARGETS)
    ours = people_like_me_check.check(told, PEOPLE, "3m", EVERYBODY, 0.95)
    came = people_like_me.points(PEOPLE.later[:, 1])
    both = np.isfinite(came) & np.isfinite(told.median[:, 1])
    theirs = sm.OLS(came[both], sm.add_constant(told.median[both, 1])).fit(cov_type="HC1", use_t=True)
    assert (ours.intercept, ours.slope) == pytest.approx(tuple(theirs.params), rel=1e-10)
    assert (ours.slope_low, ours.slope_high) == pytest.approx(tuple(theirs.conf_int()[1]), rel=1e-10)
    wilson = sm.stats.proportion_confint(round(ours.inside * ours.n), ours.n, method="wilson")
    assert (ours.inside_low, ours.inside_high) == pytest.approx(wilson)
