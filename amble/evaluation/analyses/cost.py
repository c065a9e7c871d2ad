"""Question 12. What does ETMI cost against usual care, and what is gained for it?"""

from dataclasses import replace

import numpy as np

from amble.evaluation.analyses.arms import FEW_CLINICIANS, FEW_PEOPLE, clinicians_by_arm, episodes_by_arm
from amble.evaluation.analyses.over_time import AT
from amble.evaluation.analyses.words import interval, number
from amble.evaluation.estimators.cluster_bootstrap import percentile_interval
from amble.evaluation.estimators.cost import (
    CostEffect,
    Model,
    acceptability,
    cost_effect,
    willingness_grid,
)
from amble.evaluation.marks import percent
from amble.evaluation.results import Answer, Cell, Estimate, Figure, Table
from amble.evaluation.study.model import HIGHER_IS_BETTER, LABELS, PriceList
from amble.evaluation.sums.catalogue import Request, grams_by_clinician
from amble.evaluation.sums.data import Data, Outline
from amble.evaluation.sums.moments import ClusterGrams, Moments
from amble.evaluation.sums.patterns import cluster_grams

QUESTION = "At what cost?"
SEED = 12  # this question's own stream of random numbers
CONTACTS = ("cost", "minutes")  # known for every episode with contacts
SHOWN = 500  # points drawn in the plane
ASSUMPTIONS = (
    "Costs are those of the contacts in the snapshot at the prices listed; care elsewhere, medicines and time off work "
    "are not in them.",
    "The cost model uses every episode; the effect model uses episodes with the score at the start and at the visit. "
    "It assumes that, among alike people, those without a score would have gained as much.",
    "Both are adjusted for the study's covariates by linear models; intervals come from drawing whole clinicians "
    "again.",
)


def requests(outline: Outline) -> list[Request]:
    """Contacts by arm, and sums by clinician for the two linear models."""
    effect = _effect_request(outline)
    return [_contacts(), _cost_request(outline), *([effect] if effect else [])]


def answer(data: Data) -> Answer:
    n = data.outline.n
    if not (n["etmi"] and n["usual_care"]):
        return _unknown("With one arm empty, costs cannot be compared.")
    if not data.moments[_contacts()].first[:, 2].sum():
        return _unknown("No contact with a price is in the snapshot, so nothing can be said about cost.")
    cost, effect = _models(data)
    study = data.outline.study
    both = cost_effect(cost, effect or cost, study.repetitions, (study.seed, SEED))
    spent = (_estimate(data, "cost", None, both.cost, both.costs, cost.grams), *_minutes(data, cost))
    tables = (_contact_table(data, data.moments[_contacts()]), _price_table(data))
    if effect is None:
        warning = (
            "No score is there at the start and at a visit: what was gained for the cost cannot be said."
        )
        said = tuple(estimate.meaning for estimate in spent)
        return Answer("cost", QUESTION, said, spent, tables, (), ASSUMPTIONS, (warning,))
    return _weighed(data, cost, effect, both, spent, tables)


def _minutes(data: Data, cost: Model) -> tuple[Estimate, ...]:
    """The minutes of contact by themselves, unless the prices count just them."""
    study = data.outline.study
    if study.prices == PriceList():
        return ()
    model = replace(cost, response="minutes")
    found = cost_effect(model, model, study.repetitions, (study.seed, SEED))
    return (_estimate(data, "minutes", None, found.cost, found.costs, cost.grams),)


def _weighed(
    data: Data,
    cost: Model,
    effect: Model,
    both: CostEffect,
    spent: tuple[Estimate, ...],
    tables: tuple[Table, ...],
) -> Answer:
    """Cost and gain together; plane and curve only when both have an interval."""
    outcome, visit = _effect_of(data.outline)
    gained = _estimate(data, outcome, visit, both.effect, both.effects, effect.grams)
    upward = 1 if HIGHER_IS_BETTER[outcome] else -1
    drawn = None not in (spent[0].ci_low, gained.ci_low)
    if drawn:
        tables += (_quadrants(both, outcome, upward), _plane(both), _curve(data, both, outcome, upward))
    estimates = (*spent, gained)
    said = (*(e.meaning for e in estimates), *_together(both, spent[0], gained, upward, outcome))
    return Answer(
        name="cost",
        question=QUESTION,
        sentences=said,
        estimates=estimates,
        tables=tables,
        figures=_figures(data, outcome) if drawn else (),
        assumptions=ASSUMPTIONS,
        warnings=_warnings(cost.grams, effect.grams, both),
    )


def _unknown(reason: str) -> Answer:
    return Answer("cost", QUESTION, (reason,), warnings=(reason,))


# What is asked for


def _contacts() -> Request:
    return Request(keys=("arm",), columns=("sessions", "minutes", "cost"))


def _cost_request(outline: Outline) -> Request:
    return grams_by_clinician(("arm", *outline.design.terms, "cost", "minutes"))


def _effect_of(outline: Outline) -> tuple[str, str] | None:
    """Function at the last visit that has it, or else the study's first outcome that was recorded."""
    measured = sorted(outline.study.measured, key=lambda outcome: outcome != "function")
    return next(((o, outline.visits[o][-1]) for o in measured if outline.visits[o]), None)


def _effect_request(outline: Outline) -> Request | None:
    found = _effect_of(outline)
    if found is None:
        return None
    scores = (f"{found[0]}_baseline", f"{found[0]}_{found[1]}")
    return grams_by_clinician(("arm", *outline.design.terms, *scores), scores)


def _models(data: Data) -> tuple[Model, Model | None]:
    """The two models over the same clinicians; no effect model without anyone scored in both arms."""
    outline = data.outline
    terms = ("intercept", *outline.design.terms)
    cost = Model(_aligned(data, _cost_request(outline)), "cost", "arm", terms)
    request = _effect_request(outline)
    if request is None:
        return cost, None
    grams = _aligned(data, request)
    baseline, score = request.complete
    effect = Model(grams, score, "arm", (*terms, baseline))
    return cost, effect if min(episodes_by_arm(grams)) > 0 else None


def _aligned(data: Data, request: Request) -> ClusterGrams:
    """Sums of every clinician with an episode, zero where a model has no row of theirs."""
    everyone = np.unique(data.moments[_cost_request(data.outline)].keys["clinician"])
    moments = data.moments[request]
    some = cluster_grams(moments, data.outline)
    gram = np.zeros((len(everyone), *some.gram.shape[1:]))
    gram[np.searchsorted(everyone, np.unique(moments.keys["clinician"]))] = some.gram
    return ClusterGrams(some.columns, gram, data.outline.clinic_of[everyone])


# Estimates and words


def _estimate(
    data: Data, outcome: str, visit: str | None, value: float, draws: np.ndarray, grams: ClusterGrams
) -> Estimate:
    study = data.outline.study
    n = episodes_by_arm(grams)
    known = bool(np.isfinite(value)) and min(n) >= FEW_PEOPLE
    clinicians = min(clinicians_by_arm(grams)) if known else 0
    se, low, high = percentile_interval(draws, study.confidence, clinicians)
    span = interval(low, high, study.confidence)
    if outcome in CONTACTS:
        verb, unit = ("cost", study.prices.currency) if outcome == "cost" else ("took", "minutes of contact")
        amount = f"{number(abs(value))} {unit} {'less' if value < 0 else 'more'}"
        meaning = f"An episode with ETMI {verb} {amount} than one with usual care"
    else:
        meaning = f"{AT.get(visit, visit).capitalize()}, {LABELS[outcome]} was {number(abs(value))} points "
        meaning += f"{'lower' if value < 0 else 'higher'} with ETMI than with usual care"
    warnings = () if low is not None else ("Too few clinicians or repetitions for an interval.",)
    return Estimate(
        outcome=outcome,
        visit=visit,
        contrast="difference",
        method="cost_difference" if outcome in CONTACTS else "effect_difference",
        estimand="difference in adjusted mean, people as they were treated",
        estimate=value if known else None,
        se=se,
        ci_low=low,
        ci_high=high,
        n_etmi=n[0],
        n_usual_care=n[1],
        meaning=f"{meaning} (ETMI minus usual care {number(value)}; {span}; observational)."
        if known
        else f"The difference in {LABELS.get(outcome, outcome)} cannot be told from these data.",
        warnings=warnings
        if known
        else ("Too few people in an arm, or the arm cannot be told from the covariates.",),
    )


def _together(
    both: CostEffect, spent: Estimate, gained: Estimate, upward: int, outcome: str
) -> tuple[str, ...]:
    """Dominance and trade-off in words, only as strong as the two intervals."""
    shares = _shares(both, upward)
    if shares is None or None in (spent.ci_low, gained.ci_low):
        return ()
    better = f"{'better' if upward > 0 else 'less'} {LABELS[outcome]}"
    cheaper, dearer = _beyond(spent, -1), _beyond(spent, 1)
    more, less = _beyond(gained, upward), _beyond(gained, -upward)
    words = f"In {percent(shares['better', 'less'])} of the repetitions ETMI gave a better result at a lower cost."
    if cheaper and more:
        verdict = f"Both intervals point the same way: ETMI cost less and gave {better}."
    elif dearer and less:
        verdict = "Both intervals point the same way: ETMI cost more and gave a worse result."
    elif cheaper:
        verdict = "ETMI cost less; whether it gained more or less cannot be told from these data."
    elif more:
        verdict = "ETMI gained more; whether it cost more or less cannot be told from these data."
    else:
        verdict = (
            "These data do not settle whether ETMI is worth its cost; the curve shows how far they lean."
        )
    return verdict, words, "Fewer contacts are part of what ETMI is, so part of a lower cost is by design."


def _beyond(estimate: Estimate, sign: int) -> bool:
    """Whether the whole interval lies on one side of zero."""
    ends = (estimate.ci_low, estimate.ci_high)
    return None not in ends and all(sign * end > 0 for end in ends)


def _shares(both: CostEffect, upward: int) -> dict[tuple[str, str], float] | None:
    usable = np.isfinite(both.costs) & np.isfinite(both.effects)
    if not usable.any():
        return None
    better, less = upward * both.effects[usable] > 0, both.costs[usable] < 0
    return {
        (effect, cost): float(((better == (effect == "better")) & (less == (cost == "less"))).mean())
        for effect in ("better", "worse")
        for cost in ("less", "more")
    }


def _warnings(cost: ClusterGrams, effect: ClusterGrams, both: CostEffect) -> tuple[str, ...]:
    found = []
    clinicians = clinicians_by_arm(effect)[0]
    if clinicians < FEW_CLINICIANS:
        found.append(
            f"Clinicians with ETMI patients who have scores: {clinicians}. Intervals drawn from so few are too narrow."
        )
    lost = int((~np.isfinite(both.costs) | ~np.isfinite(both.effects)).sum())
    if lost:
        found.append(f"{lost:,} of {len(both.costs):,} repetitions gave no number and were left out.")
    scored, priced = sum(episodes_by_arm(effect)), sum(episodes_by_arm(cost))
    if 2 * scored < priced:
        share = percent(scored / priced)
        found.append(f"The gain is known for {share} of the episodes whose cost is known.")
    return tuple(found)


# Tables and pictures


def _contact_table(data: Data, contacts: Moments) -> Table:
    """Mean and SD of contacts, minutes and cost, by arm."""
    rows = []
    for arm, code in (("ETMI", 1), ("usual care", 0)):
        use = contacts.keys["arm"] == code
        n = int(contacts.n[use].sum())
        cells: list[Cell] = [arm, n]
        for at, scale in enumerate(contacts.scale):
            total, square = int(contacts.first[use, at].sum()), int(contacts.second[use, at, at].sum())
            sd = ((n * square - total * total) / n / (n - 1)) ** 0.5 / scale if n > 1 else None
            cells += [round(float(total / n / scale), 2), None if sd is None else round(float(sd), 2)]
        rows.append(tuple(cells))
    measures = ("sessions", "minutes", "cost")
    columns = ("arm", "episodes", *(f"{name}_{what}" for name in measures for what in ("mean", "sd")))
    return Table(
        name="cost_contacts",
        title="Contacts and their cost per episode, by arm (observational)",
        columns=columns,
        rows=tuple(rows),
        counts=("episodes",),
        derived=dict.fromkeys(columns[2:], "episodes"),
        note=f"As recorded, not adjusted. Cost in {data.outline.study.prices.currency}.",
    )


def _price_table(data: Data) -> Table:
    prices = data.outline.study.prices
    rows = [
        ("first session", prices.first_session),
        ("each later session", prices.later_session),
        ("minute with ETMI", prices.minute["etmi"]),
        ("minute of usual care", prices.minute["usual_care"]),
        *((modality.replace("_", " "), price) for modality, price in prices.modality.items()),
    ]
    note = f"In {prices.currency}, from the study file."
    return Table("cost_prices", "The price list", ("item", "price"), tuple(rows), note=note, folded=True)


def _quadrants(both: CostEffect, outcome: str, upward: int) -> Table:
    shares = _shares(both, upward) or {}
    rows = tuple((effect, cost, round(100 * share, 1)) for (effect, cost), share in shares.items())
    title = f"{LABELS[outcome].capitalize()} and cost together: share of repetitions, percent (observational)"
    return Table(
        "cost_quadrants", title, ("result_with_etmi", "cost_with_etmi", "percent"), rows, folded=True
    )


def _plane(both: CostEffect) -> Table:
    usable = np.isfinite(both.costs) & np.isfinite(both.effects)
    pairs = zip(both.effects[usable][:SHOWN].tolist(), both.costs[usable][:SHOWN].tolist(), strict=True)
    rows = tuple((round(effect, 3), round(cost, 3)) for effect, cost in pairs)
    return Table(
        "cost_plane",
        "Gain and cost in repetitions (observational)",
        ("effect_difference", "cost_difference"),
        rows,
    )


def _curve(data: Data, both: CostEffect, outcome: str, upward: int) -> Table:
    grid = willingness_grid(both.costs, both.effects)
    shares = acceptability(both.costs, upward * both.effects, grid)
    rows = tuple(
        (float(round(w, 6)), round(100 * float(share), 1))
        for w, share in zip(grid, shares, strict=True)
        if np.isfinite(share)
    )
    unit = f"{data.outline.study.prices.currency} per point of {LABELS[outcome]}"
    columns = ("willingness_to_pay", "percent_worth_its_cost")
    return Table(
        "cost_acceptability",
        "Is the gain worth its cost? (observational)",
        columns,
        rows,
        note=f"Willingness in {unit}.",
    )


def _figures(data: Data, outcome: str) -> tuple[Figure, ...]:
    currency = data.outline.study.prices.currency
    return (
        Figure(
            "cost_plane",
            f"Gain in {LABELS[outcome]} and extra cost ({currency})",
            "plane",
            "cost_plane",
            {"x": "effect_difference", "y": "cost_difference"},
            f"Points: one per repetition, difference in {LABELS[outcome]} across and in cost upwards, ETMI minus usual "
            "care. How the points spread over the four corners shows how sure the comparison is.",
        ),
        Figure(
            "cost_acceptability",
            f"Share of repetitions in which ETMI is worth its cost, by {currency} per point",
            "curve",
            "cost_acceptability",
            {"x": "willingness_to_pay", "y": "percent_worth_its_cost"},
            "A curve: the more a service would pay for one point, the larger or smaller the share of repetitions in "
            "which ETMI is worth it.",
        ),
    )
