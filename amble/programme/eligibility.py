"""Whether a new referral fits the programme, with the reason. Decision support: the clinician decides."""

from dataclasses import dataclass

from amble.programme import content


@dataclass(frozen=True)
class Reason:
    """One criterion. `met` is None when it is not known yet; `words` then say what to find out."""

    id: str
    met: bool | None
    words: str


@dataclass(frozen=True)
class Eligibility:
    """`eligible` is False when any criterion fails, None while any is unknown, True when all are met."""

    eligible: bool | None
    reasons: tuple[Reason, ...]


def assess(
    *, age_years: int | None, symptom_months: int | None, unresolved_flags: int, safety_answered: bool
) -> Eligibility:
    """Adult, pain for more than three months, no safety flag waiting for a clinician.

    age_years          completed years; None when not known
    symptom_months     completed months since this pain began; None when not known
    unresolved_flags   safety flags no clinician has resolved yet, 0 or more
    safety_answered    whether the safety questions have been answered at all

    Three completed months count as more than three months: apart from the very day, they are. It is also
    the rule by which the evaluation selects its cohort (`min_symptom_months = 3`), so nobody is treated
    as eligible and then left out, or the reverse.
    """
    criteria = content.read("eligibility")["criteria"]
    met = {
        "adult": _at_least(age_years, criteria["adult"]["min_age_years"]),
        "long-lasting": _at_least(symptom_months, criteria["long-lasting"]["min_symptom_months"]),
        "no-open-flag": False if unresolved_flags else (True if safety_answered else None),
    }
    reasons = tuple(
        Reason(id, met[id], criterion[{True: "met", False: "not_met", None: "unknown"}[met[id]]])
        for id, criterion in criteria.items()
    )
    return Eligibility(_all_met(tuple(met.values())), reasons)


def _at_least(value: int | None, least: int) -> bool | None:
    return None if value is None else value >= least


def _all_met(answers: tuple[bool | None, ...]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True
