"""Question 9. Is a difference too small to matter? Two one-sided tests of the mixed model's differences."""

from amble.evaluation.analyses.arms import FEW_PEOPLE
from amble.evaluation.analyses.over_time import AT, arm_counts, finite, fitted, sums_of
from amble.evaluation.analyses.words import number
from amble.evaluation.estimators.degrees_of_freedom import AVERAGE, VisitContrast, arm_contrasts
from amble.evaluation.estimators.equivalence import Equivalence, tost
from amble.evaluation.results import Answer, Estimate, Figure, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request, cube
from amble.evaluation.sums.data import Data, Outline

QUESTION = "Is pain no different?"
UNTESTED = "Too few people, or no trustworthy estimate: whether the arms are alike was not tested."
ASSUMPTIONS = (
    "The margin was set in the study file before the data were seen: a difference smaller than it matters to nobody.",
    "The differences come from the mixed model and share its assumptions.",
)


def requests(outline: Outline) -> list[Request]:
    """The cube that the mixed models use."""
    return [cube(outcome, outline.visits[outcome]) for outcome in _asked(outline)]


def answer(data: Data) -> Answer:
    asked = _asked(data.outline)
    if not asked:
        reason = "No outcome that was recorded has a margin in the study file: equivalence is not tested."
        return Answer("pain_no_different", QUESTION, (reason,), warnings=(reason,))
    found = {outcome: _tests(data, outcome) for outcome in asked}
    estimates = tuple(
        _estimate(data, outcome, visit, test) for outcome, tests in found.items() for visit, test in tests
    )
    return Answer(
        name="pain_no_different",
        question=QUESTION,
        sentences=tuple(e.meaning for e in estimates if e.visit == AVERAGE),
        estimates=estimates,
        tables=tuple(
            _table(data, outcome, [e for e in estimates if e.outcome == outcome]) for outcome in asked
        ),
        figures=tuple(_figure(data, outcome) for outcome in asked),
        assumptions=ASSUMPTIONS,
        warnings=tuple(f"{LABELS[o].capitalize()}: {w}" for o in asked for w in fitted(data, o).warnings),
        fits=tuple(fitted(data, outcome).certificate for outcome in asked),
    )


def _asked(outline: Outline) -> list[str]:
    return [outcome for outcome in outline.seen if outline.study.equivalence.get(outcome, 0) > 0]


def _tests(data: Data, outcome: str) -> list[tuple[VisitContrast, Equivalence]]:
    """A model that did not converge, or a handful of people, cannot show that anything is alike: no test."""
    study, fit, sums = data.outline.study, fitted(data, outcome), sums_of(data, outcome)
    differences = arm_contrasts(fit, "arm", study.mmrm.degrees_of_freedom, study.mmrm.information)
    margin, sure = study.equivalence[outcome], fit.certificate.converged
    found = []
    for difference in differences:
        c = difference.contrast
        enough = min(arm_counts(sums, difference.visit)) >= FEW_PEOPLE
        estimate = finite(c.estimate) if sure and enough else None
        found.append((difference, tost(estimate, finite(c.se), finite(c.df), margin, study.confidence)))
    return found


def _estimate(data: Data, outcome: str, found: VisitContrast, test: Equivalence) -> Estimate:
    """The interval is that of the tests: 90% for two tests at 5% each."""
    usual_care, etmi = arm_counts(sums_of(data, outcome), found.visit)
    return Estimate(
        outcome=outcome,
        visit=found.visit,
        contrast="equivalence",
        method="tost",
        estimand="adjusted mean difference in everyone with at least one visit, against the margin",
        estimate=finite(found.contrast.estimate),
        se=finite(found.contrast.se),
        ci_low=test.low,
        ci_high=test.high,
        df=finite(found.contrast.df),
        p=test.p,
        n_etmi=etmi,
        n_usual_care=usual_care,
        meaning=_meaning(outcome, found.visit, test, 2 * data.outline.study.confidence - 1),
        warnings=(
            *found.warnings,
            *fitted(data, outcome).warnings,
            *(() if test.p is not None else (UNTESTED,)),
        ),
    )


def _meaning(outcome: str, visit: str, test: Equivalence, confidence: float) -> str:
    """ "No different" only when the interval lies inside the margin; else what can and cannot be ruled out."""
    label, when, margin = LABELS[outcome].capitalize(), AT.get(visit, visit), _points(test.margin)
    if test.p is None or test.low is None or test.high is None:
        return f"{label} {when}: whether the two kinds of care are alike cannot be told from these data."
    said = f"ETMI minus usual care lies between {number(test.low, 2)} and {number(test.high, 2)} points"
    span = f"{said} ({100 * confidence:.3g}% interval; observational)"
    if test.inside and (test.low > 0 or test.high < 0):
        return f"{label} {when} differs by less than the margin of {margin}: {span}."
    if test.inside:
        return (
            f"{label} {when} is no different by the margin set beforehand: {span}, inside the margin of {margin} "
            "either way."
        )
    if test.low >= test.margin or test.high <= -test.margin:
        return f"{label} {when} differs by more than the margin of {margin}: {span}."
    if test.low > -test.margin:
        known = f"{margin} or more lower with ETMI can be ruled out, {margin} higher cannot"
    elif test.high < test.margin:
        known = f"{margin} or more higher with ETMI can be ruled out, {margin} lower cannot"
    else:
        known = f"a difference of {margin} can be ruled out in neither direction"
    return f"{label} {when}: that it is no different is not shown. {span}; {known}."


def _points(margin: float) -> str:
    return f"{margin:g} {'point' if margin == 1 else 'points'}"


def _table(data: Data, outcome: str, estimates: list[Estimate]) -> Table:
    margin = data.outline.study.equivalence[outcome]
    rows = tuple(
        (
            e.visit,
            e.estimate,
            e.ci_low,
            e.ci_high,
            -margin,
            margin,
            e.p,
            _verdict(e, margin),
            e.n_etmi,
            e.n_usual_care,
        )
        for e in estimates
    )
    low, high = _ends(data)
    return Table(
        name=f"equivalence_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: is the difference inside the margin?",
        columns=(
            *("visit", "difference", low, high, "margin_low", "margin_high", "p", "inside"),
            *("n_etmi", "n_usual_care"),
        ),
        rows=rows,
        counts=("n_etmi", "n_usual_care"),
        note="Points, ETMI minus usual care (observational). The two tests need a narrower interval than elsewhere in "
        "this report; its level stands in the names of its columns. p: the larger of the two.",
    )


def _ends(data: Data) -> tuple[str, str]:
    """Column names that say the level: elsewhere "low" and "high" are ends of the study's usual interval."""
    level = f"{100 * (2 * data.outline.study.confidence - 1):.3g}".replace(".", "_")
    return f"low_{level}_percent", f"high_{level}_percent"


def _verdict(estimate: Estimate, margin: float) -> str:
    if estimate.ci_low is None or estimate.ci_high is None or estimate.p is None:
        return "not known"
    return "yes" if -margin < estimate.ci_low and estimate.ci_high < margin else "not shown"


def _figure(data: Data, outcome: str) -> Figure:
    margin, (low, high) = _points(data.outline.study.equivalence[outcome]), _ends(data)
    return Figure(
        name=f"equivalence_{outcome}",
        title=f"{LABELS[outcome].capitalize()}: ETMI minus usual care, margin {margin} either way",
        kind="forest",
        table=f"equivalence_{outcome}",
        encoding={
            "y": "visit",
            "x": "difference",
            "low": low,
            "high": high,
            "margin_low": "margin_low",
            "margin_high": "margin_high",
        },
        description="A point and an interval per visit. No different means that the whole interval lies within "
        f"{margin} of zero.",
    )
