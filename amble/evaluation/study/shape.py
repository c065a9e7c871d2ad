"""What may stand in a study file: every key, and what it may hold."""

from collections.abc import Mapping
from typing import Any

from amble.evaluation.columns import CATEGORIES
from amble.evaluation.settings import checks
from amble.evaluation.settings.checks import Problems, number, text, true_or_false, whole, word, words
from amble.evaluation.study.model import OUTCOMES
from amble.vocabulary import Arm, Modality, Visit

VISITS = tuple(str(visit) for visit in Visit if visit is not Visit.BASELINE)
COVARIATES = ("age_years", *CATEGORIES)
WIDTH = {"function": 100, "pain": 10, "fear_avoidance": 100}  # from the lowest to the highest score

MARGINS = {outcome: number(0, WIDTH[outcome], above=True) for outcome in OUTCOMES}
PRICE = number(0)
BASELINE = "baseline is where every episode starts, not a visit to compare at."
KEYS: Mapping[str, Any] = {
    "title": text,
    "visits": words("visit", VISITS, at_least=1),
    "outcomes": words("outcome", (*OUTCOMES, "sessions"), at_least=1),
    "covariates": words("covariate", COVARIATES),
    "baseline": word("way to adjust for the baseline", ("by_visit", "constant")),
    "subgroups": words("subgroup", CATEGORIES),
    "confidence": number(0.5, 1, above=True),
    "repetitions": whole(100, 100_000),
    "seed": whole(0),
    "cohort": {
        "min_age_years": whole(0, 120),
        "min_symptom_months": whole(0, 1440),
        "baseline_required": true_or_false,
    },
    "mmrm": {
        "degrees_of_freedom": word("way to find degrees of freedom", ("satterthwaite", "kenward_roger")),
        "information": word("kind of information", ("observed", "expected")),
    },
    "mic": MARGINS,
    "equivalence": MARGINS,
    "instruments": dict.fromkeys(OUTCOMES, text),
    "prices": {
        "currency": text,
        "first_session": PRICE,
        "later_session": PRICE,
        "minute": {str(arm): PRICE for arm in Arm},
        "modality": {str(modality): PRICE for modality in Modality},
    },
    "disclosure": {"suppress_up_to": whole(0), "round_to": whole(1)},
}


def problems(content: Mapping[str, Any]) -> Problems:
    """Everything that is wrong with what a study file holds, with the place of the key or list entry at fault."""
    for place, words_ in checks.problems(content, KEYS):
        at_baseline = (
            place[0] == "visits" and len(place) > 1 and content["visits"][place[1]] == Visit.BASELINE
        )
        yield place, BASELINE if at_baseline else words_
    if isinstance(prices := content.get("prices"), Mapping):
        yield from _incomplete_prices(prices)


def _incomplete_prices(prices: Mapping[str, Any]) -> Problems:
    """The built-in price of a minute is one staff minute: beside another currency it would be wrong without a word."""
    if "currency" not in prices:
        yield ("prices",), 'needs a currency, such as currency = "EUR".'
    minute = prices.get("minute")
    if minute is None or (isinstance(minute, Mapping) and (set(Arm) - set(minute))):
        yield (
            ("prices",),
            "needs the price of a minute of both arms: minute = { etmi = ..., usual_care = ... }.",
        )
