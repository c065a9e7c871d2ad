"""What may stand in a study file: every key, and what it may hold."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from amble.evaluation.cohort.columns import CATEGORIES
from amble.evaluation.study.lines import Place
from amble.evaluation.study.model import OUTCOMES
from amble.vocabulary import Arm, Modality, Visit

Problems = Iterator[tuple[Place, str]]
Check = Callable[[Place, Any], Problems]

VISITS = tuple(str(visit) for visit in Visit if visit is not Visit.BASELINE)
COVARIATES = ("age_years", *CATEGORIES)
WIDTH = {"function": 100, "pain": 10, "fear_avoidance": 100}  # from the lowest to the highest score


def nearest(word: object, known: tuple[str, ...]) -> str:
    """ "Did you mean ...?" when a known word is near, else all of them."""
    near = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def shown(value: object) -> str:
    """A value as it would be written in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 50 else text[:47] + "..."


def text(path: Place, value: Any) -> Problems:
    if not isinstance(value, str) or not value.strip():
        yield path, f"must be a text in quotes, not {shown(value)}."


def true_or_false(path: Place, value: Any) -> Problems:
    if not isinstance(value, bool):
        yield path, f"must be true or false, not {shown(value)}."


def word(kind: str, known: tuple[str, ...]) -> Check:
    def check(path: Place, value: Any) -> Problems:
        if value not in known:
            yield path, f"{shown(value)} is not a known {kind}. {nearest(value, known)}"

    return check


def words(kind: str, known: tuple[str, ...], *, at_least: int = 0) -> Check:
    """A list of known words, each once."""

    def check(path: Place, value: Any) -> Problems:
        if not isinstance(value, list):
            yield path, f'must be a list, such as ["{known[0]}"], not {shown(value)}.'
            return
        if len(value) < at_least:
            yield path, f"names no {kind}. Known are {', '.join(known)}."
        for index, entry in enumerate(value):
            if entry == Visit.BASELINE and kind == "visit":
                yield (*path, index), "baseline is where every episode starts, not a visit to compare at."
            elif entry not in known:
                yield (*path, index), f"{shown(entry)} is not a known {kind}. {nearest(entry, known)}"
            elif entry in value[:index]:
                yield (*path, index), f"{shown(entry)} is named twice."

    return check


def whole(low: int, high: int | None = None) -> Check:
    """A whole number within limits."""

    def check(path: Place, value: Any) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield path, f"must be a whole number, not {shown(value)}."
        elif value < low or (high is not None and value > high):
            limits = f"{low} or more" if high is None else f"from {low} to {high}"
            yield path, f"must be {limits}, not {value}."

    return check


def number(low: float, high: float | None = None, *, above: bool = False) -> Check:
    """A number from `low` (or, with `above`, more than it) up to, and with `above` below, `high`."""

    def check(path: Place, value: Any) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            yield path, f"must be a number, not {shown(value)}."
            return
        too_low = value <= low if above else value < low
        too_high = high is not None and (value >= high if above else value > high)
        if too_low or too_high:
            start = f"more than {low:g}" if above else f"{low:g} or more"
            end = "" if high is None else f" and less than {high:g}"
            yield path, f"must be {start}{end}, not {value}."

    return check


MARGINS = {outcome: number(0, WIDTH[outcome], above=True) for outcome in OUTCOMES}
PRICE = number(0)
KEYS: Mapping[str, Any] = {
    "title": text,
    "visits": words("visit", VISITS, at_least=1),
    "outcomes": words("outcome", (*OUTCOMES, "sessions"), at_least=1),
    "covariates": words("covariate", COVARIATES),
    "baseline": word("way to adjust for the baseline", ("by_visit", "constant")),
    "subgroups": words("subgroup", CATEGORIES),
    "confidence": number(0.5, 1, above=True),
    "repetitions": whole(100, 100_000),
    "imputations": whole(2, 10_000),
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


def problems(content: Mapping[str, Any], keys: Mapping[str, Any] = KEYS, table: Place = ()) -> Problems:
    """Everything that is wrong with what a study file holds, with the path of the key or list entry at fault."""
    for key, value in content.items():
        path = (*table, key)
        if key not in keys:
            where = f" in [{'.'.join(map(str, table))}]" if table else ""
            yield path, f"is not a known key{where}. {nearest(key, tuple(keys))}"
        elif not isinstance(keys[key], Mapping):
            yield from keys[key](path, value)
        elif isinstance(value, Mapping):
            yield from problems(value, keys[key], path)
        else:
            yield path, f"must be a table: write [{'.'.join(map(str, path))}] above its keys."
    if not table and isinstance(prices := content.get("prices"), Mapping):
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
