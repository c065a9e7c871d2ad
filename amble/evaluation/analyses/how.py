"""Question 11. Did people become more active, and does the gain pass through less fear and more activity?"""

import numpy as np

from amble.evaluation.analyses import activity
from amble.evaluation.analyses.arms import FEW_CLINICIANS, FEW_PEOPLE, clinicians_by_arm, episodes_by_arm
from amble.evaluation.analyses.over_time import AT
from amble.evaluation.analyses.words import interval, listed, number
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.estimators.cluster_bootstrap import percentile_interval
from amble.evaluation.estimators.mediation import Mediation, bootstrap_mediation, mediate
from amble.evaluation.marks import people
from amble.evaluation.results import Answer, Estimate, Table
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.catalogue import Request, grams_by_clinician
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import ClusterGrams
from amble.evaluation.sums.patterns import cluster_grams

QUESTION = "How does it work?"
SEED = 111  # this question's own stream of random numbers
OUTCOME = "function"
FEAR, ACTIVITY = "fear_avoidance", "activity"
NAMES = {FEAR: "fear-avoidance", ACTIVITY: "activity level"}
ASSUMPTIONS = (
    "A path is only as true as three assumptions, which data cannot prove. Nothing that was left out moves both the "
    "arm and the outcome, the arm and a mediator, or a mediator and the outcome.",
    "Time order: the mediators were measured before the outcome, and fear-avoidance and activity do not act on each "
    "other's path.",
    "A point less fear, or a level more activity, does as much with ETMI as with usual care.",
    "Only episodes with every one of these scores are used; those without may differ.",
)


def requests(outline: Outline) -> list[Request]:
    """Activity by clinician and starting level, visit by visit; sums by clinician for the linear models."""
    path = _path(outline)
    return [
        *(activity.levels_by_clinician(visit) for visit in activity.visits(outline)),
        *([_path_request(outline, *path)] if path else []),
    ]


def answer(data: Data) -> Answer:
    n = data.outline.n
    if not (n["etmi"] and n["usual_care"]):
        reason = "With one arm empty, nothing can be said about how ETMI works."
        return Answer("how", QUESTION, (reason,), warnings=(reason,))
    change = activity.change(data)
    paths = _paths(data)
    return Answer(
        name="how",
        question=QUESTION,
        sentences=(*change.sentences, *paths.sentences),
        estimates=change.estimates + paths.estimates,
        tables=change.tables + paths.tables,
        figures=change.figures,
        assumptions=ASSUMPTIONS if paths.estimates else (),
        warnings=change.warnings + paths.warnings,
    )


# Paths


def _path(outline: Outline) -> tuple[str, str, tuple[str, ...]] | None:
    """(early visit, visit of the last score of function, mediators), or None when nothing was measured before it.

    The early visit is the first one that has both mediators, or else one of them.
    """
    scored = outline.visits.get(OUTCOME, ())
    if not scored:
        return None
    earlier = outline.study.visits[: outline.study.visits.index(scored[-1])]
    found = []
    for visit in earlier:
        mediators = [FEAR] if visit in outline.visits.get(FEAR, ()) else []
        mediators += [ACTIVITY] if visit in outline.activity_visits else []
        found.append((visit, scored[-1], tuple(mediators)))
    return max((path for path in found if path[2]), key=lambda path: len(path[2]), default=None)


def _confounders(outline: Outline, mediators: tuple[str, ...]) -> tuple[str, ...]:
    """The study's terms, the starting scores, and the starting activity if the study does not have it already."""
    terms = list(outline.design.terms)
    if ACTIVITY in mediators and "activity_level" not in outline.study.covariates:
        terms += [f"activity_level:{level}" for level in ("1-2", "3+", UNKNOWN)]
    return (*terms, f"{OUTCOME}_baseline", *([f"{FEAR}_baseline"] if FEAR in mediators else []))


def _path_request(outline: Outline, early: str, last: str, mediators: tuple[str, ...]) -> Request:
    confounders = _confounders(outline, mediators)
    scores = (*(f"{mediator}_{early}" for mediator in mediators), f"{OUTCOME}_{last}")
    complete = tuple(name for name in confounders if name.endswith("_baseline")) + scores
    return grams_by_clinician(("arm", *confounders, *scores), complete)


def _paths(data: Data) -> Answer:
    path = _path(data.outline)
    if path is None:
        warning = (
            "Fear-avoidance and activity were not measured at a visit before the last score of function, so by which "
            "path a gain comes cannot be examined."
        )
        return Answer("paths", "", (warning,), warnings=(warning,))
    early, last, mediators = path
    study = data.outline.study
    grams = cluster_grams(data.moments[_path_request(data.outline, *path)], data.outline)
    terms = ("intercept", *_confounders(data.outline, mediators))
    names = tuple(f"{mediator}_{early}" for mediator in mediators)
    roles = ("arm", names, f"{OUTCOME}_{last}", terms)
    found = mediate(grams.gram.sum(axis=0), grams.columns, *roles)
    enough = min(episodes_by_arm(grams)) >= FEW_PEOPLE
    if not (enough and np.isfinite([found.total, found.direct, *found.indirect]).all()):
        warning = "The episodes with all the scores that the paths need are too few, or too alike, to tell them apart."
        return Answer("paths", "", (warning,), warnings=(warning,))
    draws = bootstrap_mediation(grams, *roles, study.repetitions, (study.seed, SEED))
    estimates = _path_estimates(data, path, found, draws, grams)
    return Answer(
        "paths",
        "",
        _path_sentences(path, estimates, data),
        estimates,
        (_path_table(estimates),),
        warnings=_path_warnings(grams, mediators),
    )


def _path_estimates(
    data: Data,
    path: tuple[str, str, tuple[str, ...]],
    found: Mediation,
    draws: Mediation,
    grams: ClusterGrams,
) -> tuple[Estimate, ...]:
    """Total, direct, each path and all paths; the share only when the total is clearly away from zero."""
    early, last, mediators = path
    effects = [
        ("total_effect", "all ways together", found.total, draws.total),
        ("direct_effect", "ways other than these paths", found.direct, draws.direct),
    ]
    for at, mediator in enumerate(mediators):
        words = f"through {NAMES[mediator]} {AT.get(early, early)}"
        effects.append(("indirect_effect", words, found.indirect[at], draws.indirect[:, at]))
    if len(mediators) > 1:
        words = f"through {listed([NAMES[m] for m in mediators])} {AT.get(early, early)}"
        effects.append(("indirect_effect", words, found.indirect.sum(), draws.indirect.sum(axis=1)))
    n, clinicians = episodes_by_arm(grams), min(clinicians_by_arm(grams))
    _, low, high = percentile_interval(draws.total, data.outline.study.confidence, clinicians)
    if low is not None and high is not None and low * high > 0:
        share, shares = found.indirect.sum() / found.total, draws.indirect.sum(axis=1) / draws.total
        effects.append(
            ("proportion_mediated", "share of the difference that passes through these paths", share, shares)
        )
    return tuple(_path_estimate(data, last, n, clinicians, *effect) for effect in effects)


def _path_estimate(
    data: Data,
    visit: str,
    n: tuple[int, int],
    clinicians: int,
    contrast: str,
    words: str,
    value: float,
    draws: np.ndarray,
) -> Estimate:
    confidence = data.outline.study.confidence
    se, low, high = percentile_interval(draws, confidence, clinicians)
    if contrast == "proportion_mediated":
        ends = (None if end is None else 100 * end for end in (low, high))
        amount, span = f"{number(100 * float(value), 0)}%", interval(*ends, confidence, 0)
    else:
        amount, span = f"{number(float(value))} points", interval(low, high, confidence)
    return Estimate(
        outcome=OUTCOME,
        visit=visit,
        contrast=contrast,
        method="mediation",
        estimand=words,
        estimate=float(value),
        se=se,
        ci_low=low,
        ci_high=high,
        n_etmi=n[0],
        n_usual_care=n[1],
        meaning=f"{LABELS[OUTCOME].capitalize()} {AT.get(visit, visit)}, {words}: {amount} ({span}; observational).",
        warnings=() if low is not None else ("Too few people, clinicians or repetitions for an interval.",),
    )


def _path_sentences(
    path: tuple[str, str, tuple[str, ...]], estimates: tuple[Estimate, ...], data: Data
) -> tuple[str, ...]:
    early, last, mediators = path
    total, n = estimates[0], sum((estimates[0].n_etmi or 0, estimates[0].n_usual_care or 0))
    span = interval(total.ci_low, total.ci_high, data.outline.study.confidence)
    sentences = [
        f"In the {people(n)} episodes with every score, ETMI minus usual care in {LABELS[OUTCOME]} "
        f"{AT.get(last, last)} is {number(total.estimate or 0.0)} points ({span}; observational).",
        *(estimate.meaning for estimate in estimates if estimate.contrast == "indirect_effect"),
    ]
    share = [estimate for estimate in estimates if estimate.contrast == "proportion_mediated"]
    if share:
        sentences.append(
            f"If the assumptions below hold, about {number(100 * (share[0].estimate or 0.0), 0)}% of the difference "
            f"passes through {listed([NAMES[m] for m in mediators])} {AT.get(early, early)}."
        )
    else:
        sentences.append(
            "The difference itself is not shown to be away from zero, so no share of it is given to any path."
        )
    return tuple(sentences)


def _path_table(estimates: tuple[Estimate, ...]) -> Table:
    rows = tuple(
        (
            e.estimand,
            e.contrast.replace("_", " "),
            *(None if value is None else round(value, 2) for value in (e.estimate, e.ci_low, e.ci_high)),
            e.n_etmi,
            e.n_usual_care,
        )
        for e in estimates
    )
    return Table(
        name="paths",
        title="By which paths the difference in function comes (observational)",
        columns=("path", "effect", "estimate", "low", "high", "etmi", "usual_care"),
        rows=rows,
        counts=("etmi", "usual_care"),
        note="Points of function, ETMI minus usual care; the share is a fraction of 1.",
    )


def _path_warnings(grams: ClusterGrams, mediators: tuple[str, ...]) -> tuple[str, ...]:
    clinicians = clinicians_by_arm(grams)[0]
    found = []
    if clinicians < FEW_CLINICIANS:
        found.append(
            f"Clinicians with ETMI patients who have every score: {clinicians}. Intervals from so few are too narrow."
        )
    if len(mediators) == 1:
        found.append(
            f"Only {NAMES[mediators[0]]} was measured before the outcome; the other path is not examined."
        )
    return tuple(found)
