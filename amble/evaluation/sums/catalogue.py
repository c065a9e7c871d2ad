"""What an analysis may ask of the data. The planner merges the requests of all analyses into few passes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

CELLS = (
    "arm",
    "sex",
    "depression",
    "anxiety",
    "depression_or_anxiety",
    "activity_level",
    "deprivation_quintile",
    "language",
    "age_group",
)


@dataclass(frozen=True)
class Request:
    """Sums of `columns` by `keys`, over the rows in which every column of `complete` was recorded.

    columns: landed columns or terms such as "sex:male".  order: 0 counts, 1 sums, 2 sums and products.
    """

    keys: tuple[str, ...]
    columns: tuple[str, ...] = ()
    order: int = 2
    complete: tuple[str, ...] = ()


def cube(outcome: str, visits: tuple[str, ...]) -> Request:
    """Pattern x discrete covariates, second-order sums of what is continuous: serves every mixed model and subgroup."""
    columns = ("age_years", f"{outcome}_baseline", *(f"{outcome}_{visit}" for visit in visits))
    return Request(keys=(f"{outcome}_pattern", f"{outcome}_baseline_known", *CELLS), columns=columns)


def by_clinician(outcome: str, visits: tuple[str, ...], terms: tuple[str, ...]) -> Request:
    """First-order sums by clinician and pattern: serves every random intercept."""
    columns = ("arm", *terms, f"{outcome}_baseline", *(f"{outcome}_{visit}" for visit in visits))
    keys = ("clinic", "clinician", f"{outcome}_pattern")
    return Request(keys=keys, columns=columns, order=1, complete=(f"{outcome}_baseline",))


def patterns_by_clinician(outcome: str, visits: tuple[str, ...], terms: tuple[str, ...]) -> Request:
    """by_clinician with products: serves robust errors and bootstraps of the mixed model where clinicians are few."""
    return replace(by_clinician(outcome, visits, terms), order=2)


def grams_by_clinician(columns: tuple[str, ...], complete: tuple[str, ...] = (), *keys: str) -> Request:
    """Second-order sums by clinician: serves linear models with cluster-robust errors and cluster bootstraps."""
    return Request(keys=("clinic", "clinician", *keys), columns=columns, complete=complete)


def released(
    outcome: str, visits: tuple[str, ...], covariates: tuple[str, ...], levels: Mapping[str, tuple[str, ...]]
) -> Request:
    """What a service may send to others: few, large cells, with the study's covariates as columns instead of keys.

    Each category leaves out one level that every service has in the same place: the first, or "unknown" for
    languages, whose order differs between services.
    """
    kept = {
        name: levels[name][:-1] if name == "language" else levels[name][1:]
        for name in covariates
        if name in CELLS
    }
    terms = [f"{name}:{level}" for name, others in kept.items() for level in others]
    columns = ("age_years", f"{outcome}_baseline", *(f"{outcome}_{visit}" for visit in visits), *terms)
    return Request(keys=("arm", f"{outcome}_pattern", f"{outcome}_baseline_known"), columns=columns)
