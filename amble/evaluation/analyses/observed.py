"""Question 5, by weights. Who never answered, and does it matter if those who did are made to stand for them?"""

from amble.evaluation.analyses import comparable
from amble.evaluation.analyses.effects import estimate, general_warnings, nothing
from amble.evaluation.analyses.over_time import AT, meaning
from amble.evaluation.analyses.weighting import Target, Weighting, weighting
from amble.evaluation.analyses.words import number
from amble.evaluation.results import Answer, Estimate, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request
from amble.evaluation.sums.data import Data, Outline

NAME, QUESTION = "observed", "Who never answered, and would they change the comparison?"
METHODS = {
    ("ipw_observed", "regression"): "weighted for those who did not answer",
    ("complete_case", "regression"): "only those who answered",
}
ESTIMANDS = {
    "ipw_observed": "adjusted mean difference in everyone, those who answered standing for people like them",
    "complete_case": "adjusted mean difference in those who answered",
}
ASSUMPTIONS = (
    "Whether someone answered depends on arm, covariates and the scores at the start, and on nothing else that goes "
    "with the outcome.",
    "Everybody had some chance to answer.",
    "Everything that decided who was given ETMI and also changes the outcome is among the covariates or the baseline.",
)


def requests(outline: Outline) -> list[Request]:
    return [comparable.request(outline)]


def answer(data: Data) -> Answer:
    found = weighting(data)
    if isinstance(found, str):
        return nothing(NAME, QUESTION, found)
    scores = [at for at in range(found.measured.stop) if found.targets[at].visit]
    if not scores:
        return nothing(NAME, QUESTION, "No score was recorded at any visit of the study.")
    estimates = tuple(_estimate(found, key, at, data) for at in scores for key in METHODS)
    outcomes = list(dict.fromkeys(e.outcome for e in estimates))
    return Answer(
        name=NAME,
        question=QUESTION,
        sentences=tuple(_compared(outcome, estimates) for outcome in outcomes),
        estimates=estimates,
        tables=(_table(estimates),),
        assumptions=ASSUMPTIONS,
        warnings=general_warnings(found, data),
    )


def complete_cases(data: Data) -> dict[tuple[str, str], Estimate]:
    """(outcome, visit) -> the comparison of those who answered, which stands beside other questions' estimates too."""
    found = weighting(data)
    if isinstance(found, str):
        return {}
    scores = [at for at in range(found.measured.stop) if found.targets[at].visit]
    estimates = (_estimate(found, ("complete_case", "regression"), at, data) for at in scores)
    return {(e.outcome, e.visit): e for e in estimates}


def _estimate(found: Weighting, key: tuple[str, str], at: int, data: Data) -> Estimate:
    def words(target: Target, value: float | None, low: float | None, high: float | None) -> str:
        said = meaning(target.outcome, target.visit, value, low, high, data)
        return f"{METHODS[key].capitalize()}: {said[0].lower()}{said[1:]}"

    return estimate(found, key, at, data, "difference", ESTIMANDS[key[0]], words)


def _compared(outcome: str, estimates: tuple[Estimate, ...]) -> str:
    """Both estimates at the last visit, in one sentence."""
    weighted, complete = [e for e in estimates if e.outcome == outcome][-2:]
    when = AT.get(weighted.visit, weighted.visit)
    if weighted.estimate is None or complete.estimate is None:
        return f"{LABELS[outcome].capitalize()} {when}: the two kinds of care cannot be compared from these data."
    return (
        f"{LABELS[outcome].capitalize()} {when}, ETMI minus usual care: {number(complete.estimate)} points among those "
        f"who answered, {number(weighted.estimate)} when they are weighted to stand for those who did not."
    )


def _table(estimates: tuple[Estimate, ...]) -> Table:
    """Each outcome at its last visit."""
    last = {e.outcome: e.visit for e in estimates}
    return Table(
        name="observed",
        title="ETMI minus usual care, with and without those who did not answer (observational)",
        columns=("outcome", "visit", "people", "difference", "low", "high", "n_etmi", "n_usual_care"),
        rows=tuple(
            (
                *(LABELS[e.outcome], e.visit, METHODS[e.method, "regression"]),
                *(e.estimate, e.ci_low, e.ci_high, e.n_etmi, e.n_usual_care),
            )
            for e in estimates
            if e.visit == last[e.outcome]
        ),
        counts=("n_etmi", "n_usual_care"),
        note="Points, adjusted for the covariates and the score at the start. People: those who answered. The other "
        "visits are in the file tables/estimates.csv.",
    )
