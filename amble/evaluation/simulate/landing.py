"""Drawn episodes as landed columns (columns.py), without a detour over files: for simulation studies."""

import numpy as np

from amble.evaluation.columns import LEVELS, UNKNOWN
from amble.evaluation.simulate.contacts import contacts
from amble.evaluation.simulate.drawing import Drawn
from amble.evaluation.simulate.episodes import ELIGIBLE_MONTHS
from amble.evaluation.simulate.missingness import MEASURED
from amble.evaluation.simulate.parameters import MEASURES, VISITS

MINUTES_PRICE = 100  # the built-in price list counts staff minutes, the column counts hundredths


def landed(drawn: Drawn) -> dict[str, np.ndarray]:
    """Column -> (rows,) float64 in landed integer units, NaN for null, as `sums.memory.memory_data` takes them.

    The cohort of the built-in study: eligible, or of unknown duration. Rows in order of clinician and episode.
    Languages: codes in `languages(drawn)`.
    """
    one = drawn.people
    months = np.where(one.unknown["symptom_months"], np.nan, one.symptom_months)
    kept = np.flatnonzero(~(months < ELIGIBLE_MONTHS))
    kept = kept[np.argsort(one.clinician[kept], kind="stable")]
    people, clinician = np.unique(one.clinician[kept], return_inverse=True)
    clinic = np.unique(drawn.service.clinic[people], return_inverse=True)[1][clinician]
    columns = {
        "clinic": clinic,
        "clinician": clinician,
        "arm": drawn.etmi[kept],
        "age_years": one.age[kept],
        "symptom_months": months[kept],
        **{name: codes[kept] for name, codes in _categories(drawn).items()},
        **{name: values[kept] for name, values in _scores(drawn).items()},
        "sessions": drawn.counts.under(drawn.etmi)[kept],
    }
    minutes = _minutes(drawn)[kept]
    columns |= {"minutes": minutes, "cost": minutes * MINUTES_PRICE}
    return {name: values.astype(float) for name, values in columns.items()}


def languages(drawn: Drawn) -> tuple[str, ...]:
    """The levels of the column `language`."""
    return (*drawn.parameters["people.languages"], UNKNOWN)


def _minutes(drawn: Drawn) -> np.ndarray:
    had = contacts(drawn.parameters, drawn.people, drawn.etmi, drawn.counts.under(drawn.etmi), drawn.streams)
    return np.bincount(had.episode, weights=had.minutes, minlength=len(drawn))


def _categories(drawn: Drawn) -> dict[str, np.ndarray]:
    one = drawn.people
    last = {name: len(levels) - 1 for name, levels in LEVELS.items()} | {
        "language": len(languages(drawn)) - 1
    }
    true = {
        "sex": one.sex,
        "depression": one.depression,
        "anxiety": one.anxiety,
        "activity_level": one.activity,
        "deprivation_quintile": one.deprivation - 1,
        "language": one.language,
    }
    codes = {name: np.where(one.unknown[name], last[name], values) for name, values in true.items()}
    yes = (codes["depression"] == 1) | (codes["anxiety"] == 1)
    no = (codes["depression"] == 0) & (codes["anxiety"] == 0)
    codes["depression_or_anxiety"] = np.select([yes, no], [1, 0], last["depression_or_anxiety"])
    codes["age_group"] = np.digitize(one.age, (45, 65))
    return codes


def _scores(drawn: Drawn) -> dict[str, np.ndarray]:
    scores, activity = drawn.courses.under(drawn.etmi)
    everything = np.concatenate([drawn.courses.start[:, None], scores], axis=1).astype(float)
    levels = np.concatenate([drawn.people.activity[None], activity]).astype(float)
    columns = {}
    for k, measure in enumerate(MEASURES):
        seen = drawn.recorded[:, k]
        for t, visit in enumerate(("baseline", *VISITS)):
            columns[f"{measure}_{visit}"] = np.where(seen[t], everything[k, t], np.nan)
        columns[f"{measure}_baseline_known"] = seen[0]
        columns[f"{measure}_pattern"] = (seen[1:] * (1 << np.arange(len(VISITS)))[:, None]).sum(0)
    seen = drawn.recorded[:, MEASURED.index("activity_level")]
    for t, visit in enumerate(("baseline", *VISITS)):
        columns[f"activity_{visit}"] = np.where(seen[t], levels[t], np.nan)
    return columns
