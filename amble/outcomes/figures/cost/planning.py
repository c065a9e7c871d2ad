"""The numbers that the planners start from: released, of the whole service, None where they are not known or hidden."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from amble.evaluation.report.disclosure import hidden, release
from amble.evaluation.results import Answer, Cell, Estimate
from amble.evaluation.study.model import PriceList
from amble.outcomes.figures.reach.counts import Reach
from amble.outcomes.material import Material

MONTH = 365.25 / 12
PER_PATIENT = ("sessions", "minutes", "cost", "function", "function_low_mood", "improved")
"""function: points on average over the visits.  function_low_mood: the same in people with depression or anxiety.
improved: share of people who gained the smallest change that matters, at the last visit."""


def numbers(material: Material, reach: Reach, shown: Mapping[str, Cell]) -> dict[str, Any]:
    """shown: the service's counts of reach, released. See `docs/methods/rollout.md` for what each is used for."""
    study = material.study
    answers = material.report.answers if material.report else ()
    released = {answer.name: release(answer, study.disclosure) for answer in answers if answer.name in ASKED}
    few = study.disclosure.suppress_up_to
    return {
        "currency": study.prices.currency,
        "counts_minutes": study.prices == PriceList(),
        "minute_price": study.prices.minute["usual_care"],
        "confidence": study.confidence,
        "smallest_change": study.mic.get("function"),
        "clinics": sorted(material.own_clinics.values()),
        **_flow(material, shown),
        "untrained": _untrained(reach, few),
        "delivering_share": _delivering(reach, few),
        "pace": None if hidden(shown["receiving"]) else _pace(material, reach, few),
        "per_patient": {name: _effect(name, released) for name in PER_PATIENT},
        "spread": _spread(released.get("clustering")),
    }


ASKED = ("cost", "sessions", "over_time", "for_whom", "responders", "clustering")


def _flow(material: Material, shown: Mapping[str, Cell]) -> dict[str, float | None]:
    """Eligible and measured patients a month, and the present share that receives ETMI: from released counts only."""
    first, last = material.con.execute(
        "SELECT min(start_date), max(start_date) FROM reach_episodes"
    ).fetchone()
    counts = [None if hidden(shown[name]) else shown[name] for name in ("eligible", "receiving", "complete")]
    eligible, receiving, complete = counts
    months = max((last - first + timedelta(days=1)).days / MONTH, 1.0) if first else None
    monthly = eligible / months if eligible and months else None
    return {
        "months": months and round(months, 1),
        "eligible": monthly and round(monthly, 1),
        "reach": None if receiving is None or not eligible else round(receiving / eligible, 3),
        "measured": None if complete is None or not monthly else round(complete / months, 1),
    }


def _untrained(reach: Reach, few: int) -> int | None:
    """The invited physiotherapists who could still be trained."""
    left = len(reach.staff) - len(reach.trained)
    return left if reach.staff and not 1 <= left <= few else None


def _delivering(reach: Reach, few: int) -> dict[str, float] | None:
    """Share of the trained who delivered at least once, with the error of a share of so many."""
    trained, delivering = len(reach.trained), len(reach.delivering)
    nobody_small = trained > few and delivering > few and not 0 < trained - delivering <= few
    if not nobody_small:
        return None
    share = delivering / trained
    return _roughly(share, np.sqrt(share * (1 - share) / trained))


def _pace(material: Material, reach: Reach, few: int) -> dict[str, float] | None:
    """ETMI patients a month of a physiotherapist who delivers, since the training, and its error between them."""
    last = material.con.execute("SELECT max(start_date) FROM reach_episodes").fetchone()[0]
    since = {
        one.clinician: (last - one.trained).days / MONTH for one in reach.delivering if last > one.trained
    }
    since = {clinician: months for clinician, months in since.items() if months >= 1}
    if len(since) <= few:
        return None
    had = dict.fromkeys(since, 0)
    for cell in reach.cells:
        if cell["clinician_id"] in had:
            had[cell["clinician_id"]] += cell["receiving"] - cell["receiving_before"]
    rates = np.array([had[clinician] / months for clinician, months in since.items()])
    return _roughly(rates.mean(), rates.std(ddof=1) / len(rates) ** 0.5)


def _roughly(value: float, se: float) -> dict[str, float]:
    """Good enough for a plan, and too coarse to work out from how many people it was made."""
    return {"value": round(float(value), 2), "se": round(float(se), 2)}


def _effect(name: str, released: Mapping[str, Answer]) -> dict[str, Any] | None:
    """The report's own number, ETMI minus usual care; None without an interval."""
    found = [
        e for e in _candidates(name, released) if e.estimate is not None and e.se and e.ci_low is not None
    ]
    if not found:
        return None
    e = found[-1]
    return {"estimate": e.estimate, "se": e.se, "low": e.ci_low, "high": e.ci_high, "visit": e.visit}


def _candidates(name: str, released: Mapping[str, Answer]) -> Iterator[Estimate]:
    answer, wanted = {
        "sessions": ("sessions", {"contrast": "difference"}),
        "minutes": ("cost", {"outcome": "minutes"}),
        "cost": ("cost", {"outcome": "cost"}),
        "function": ("over_time", {"outcome": "function", "visit": "average", "method": "mmrm"}),
        "function_low_mood": (
            "for_whom",
            {
                "outcome": "function",
                "visit": "average",
                "contrast": "difference",
                "subgroup": "depression_or_anxiety = yes",
            },
        ),
        "improved": ("responders", {"outcome": "function", "contrast": "risk_difference"}),
    }[name]
    estimates: Sequence[Estimate] = released[answer].estimates if answer in released else ()
    return (e for e in estimates if all(getattr(e, field) == value for field, value in wanted.items()))


def _spread(clustering: Answer | None) -> dict[str, float] | None:
    """sd: between patients, the start and covariates held; icc: of two patients of one clinic, whoever treated them.

    The report tells how alike patients of one clinician are, and of one clinic with different clinicians; two
    patients of a clinic had the same clinician about once in as many times as a clinic has clinicians.
    """
    tables = [t for t in clustering.tables if t.name == "clustering_icc"] if clustering else []
    rows = [dict(zip(t.columns, row, strict=True)) for t in tables for row in t.rows]
    rows = [row for row in rows if row["outcome"] == "function"]
    if not rows or any(hidden(cell) for cell in rows[-1].values()):
        return None
    row = rows[-1]
    same = row["clinics"] / row["clinicians"]
    icc = row["same_clinic"] + (row["same_clinician"] - row["same_clinic"]) * same
    sd = row["sd_between_patients"] / (1 - row["same_clinician"]) ** 0.5
    return {"sd": round(sd, 1), "icc": round(icc, 3), "visit": row["visit"]}
