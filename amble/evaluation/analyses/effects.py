"""From a weighted effect to an estimate of the report: number, interval, people, and what to be careful about."""

from collections.abc import Callable, Iterator

from scipy.special import stdtr

from amble.evaluation.analyses.over_time import AT, finite, limits
from amble.evaluation.analyses.weighting import Target, Weighting
from amble.evaluation.analyses.words import listed, number
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.diagnostics.balance import LINE
from amble.evaluation.estimators.logistic import LogisticFit
from amble.evaluation.marks import people, percent
from amble.evaluation.results import Answer, Estimate
from amble.evaluation.study.model import LABELS
from amble.evaluation.sums.data import Data

PER_TERM = 5  # people with the outcome for each term of its regression; with fewer the regression is unsteady
FEW_CLUSTERS = 10
OUTSIDE = 0.1  # share of a group without counterpart from which it must be said beside every number
UNWEIGHTED = ("unadjusted", "complete_case", "ipw_observed")  # methods that do not divide by the propensity
Meaning = Callable[[Target, float | None, float | None, float | None], str]


def estimate(
    found: Weighting,
    key: tuple[str, str],
    at: int,
    data: Data,
    contrast: str,
    estimand: str,
    meaning: Meaning,
) -> Estimate:
    """The effect of `key` on targets[at]."""
    target, effects = found.targets[at], found.effects[key]
    of = found.responders if target.responder else found.measured
    k = at - of.start
    cautions, usable = _cautions(found, key, at)
    value, se = (float(effects.estimate[k]), float(effects.se[k])) if usable else (float("nan"), float("nan"))
    low, high = limits(value, se, effects.df, data.outline.study.confidence)
    known = se > 0 and effects.df > 0
    return Estimate(
        outcome=target.outcome,
        visit=target.visit,
        contrast=contrast,
        method=key[0],
        estimand=estimand,
        estimate=finite(value),
        se=finite(se),
        ci_low=low,
        ci_high=high,
        df=effects.df if known else None,
        p=2 * float(stdtr(effects.df, -abs(value / se))) if known else None,
        n_etmi=int(found.n[1, at]),
        n_usual_care=int(found.n[0, at]),
        meaning=meaning(target, finite(value), low, high),
        warnings=cautions,
    )


def _cautions(found: Weighting, key: tuple[str, str], at: int) -> tuple[tuple[str, ...], bool]:
    """(what to be careful about, whether there is a number at all)."""
    target, method, estimand = found.targets[at], *key
    label = f"{LABELS[target.outcome]} {AT.get(target.visit, '')}".strip()
    n = found.n[:, at]
    if not n.all():
        arms = listed([words for words, count in zip(("usual care", "ETMI"), n, strict=True) if not count])
        return (f"Nobody with {arms} had {label} recorded: there is nothing to compare.",), False
    cautions = list(_unlike(found, estimand)) if method not in UNWEIGHTED else []
    observation = found.observation[found.model_of[at]]
    if method in ("ipw", "overlap_weighted", "aipw", "ipw_observed") and observation.separated:
        cautions.append(
            f"What is known of people tells fully who has {label} recorded, so the weights for those who never "
            "answered are not to be relied on."
        )
    if method not in UNWEIGHTED and found.propensity.separated:
        if estimand != "ATO":
            return (
                "What is known of people tells fully who was given ETMI: outside the group that could have been "
                "given either, nothing can be compared.",
            ), False
        cautions.append(
            "What is known of people tells nearly fully who was given ETMI: few could have had either."
        )
    if method == "aipw" and (n < PER_TERM * found.free[:, at]).any():
        cautions.append(
            f"Only {people(n[1])} people with ETMI and {people(n[0])} with usual care had {label} recorded, few for "
            f"{int(found.free[:, at].max())} terms: the interval may be too narrow."
        )
    return tuple(cautions), True


def _unlike(found: Weighting, estimand: str) -> Iterator[str]:
    """What keeps the weighted groups from being the same people: no such number goes without it."""
    yield from found.left_out
    after = found.balance.after("ATE" if estimand == "responders" else estimand)
    left = {
        term: abs(gap)
        for term, gap in zip(found.terms, after, strict=True)
        if gap is not None and term not in ("intercept", "arm")
    }
    worst = max(left, key=left.get, default=None)
    if worst is not None and left[worst] > LINE:
        yield (
            f"After weighting the groups still lie {number(left[worst], 2)} standard deviations apart in "
            f"{named(worst)}; more than {LINE} is too far to call them alike."
        )
    outside = float(found.overlap.outside.max())
    if outside > OUTSIDE:
        yield (
            f"{percent(outside)} of one group had a chance of being given ETMI at which nobody of the other group was: "
            "for them there is no comparison in the data."
        )


def general_warnings(found: Weighting, data: Data) -> tuple[str, ...]:
    """What holds for all weighted comparisons alike."""
    said = list(found.left_out)
    for term, response in found.propensity.one_sided.items():
        who = "Everybody" if response else "Nobody"
        said.append(f"{who} with {named(term)} was given ETMI: for these people care cannot be compared.")
    dropped = [term for term in found.propensity.dropped if not term.endswith(f"_baseline:{UNKNOWN}")]
    if dropped:
        said.append(f"Left out of the weights, because other terms tell the same: {listed(dropped)}.")
    said += [_unfinished(fit) for fit in (found.propensity, *found.observation) if fit.separated]
    clusters = next(iter(found.effects.values())).df + 1
    if clusters < 2:
        said.append("One kind of care was given by a single clinician: no interval can be given.")
    elif clusters < FEW_CLUSTERS:
        said.append(
            f"One kind of care was given by only {clusters:.0f} clinicians: intervals are rough and may be too narrow."
        )
    return tuple(said)


def _unfinished(fit: LogisticFit) -> str:
    return (
        f"The fit of the {fit.convergence.model.replace('_', ' ')} found no maximum, because the terms tell the "
        "groups apart too well."
    )


def named(term: str) -> str:
    """A term in words."""
    name, _, level = term.partition(":")
    outcome = name.removesuffix("_baseline")
    label = f"{LABELS[outcome]} at the start" if outcome in LABELS else name.replace("_", " ")
    label = label.removesuffix(" years")
    return f"{label} {'not recorded' if level == UNKNOWN else level}" if level else label


def nothing(name: str, question: str, why: str) -> Answer:
    """The answer when there is none."""
    return Answer(name=name, question=question, sentences=(why,), warnings=(why,))
