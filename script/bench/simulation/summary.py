"""From replicates to bias, spread, coverage and rejections, by target and by estimator, with simulation error."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from . import estimands
from .estimands import Estimator, Scenario
from .replicates import Replicate
from .truths import Truths

LEAST = 0.5  # a target that fewer of the replicates estimate is left out
SMALL = 0.1  # relative bias is not said of truths smaller than so many standard errors
Target = tuple[str, str | None, str | None, str]  # outcome, visit, subgroup, estimand


@dataclass(frozen=True)
class Sample:
    """One target over R replicates. values: (R, 5) estimate, se, low, high, p; NaN where not given."""

    target: Target
    truth: float | None
    values: np.ndarray
    present: np.ndarray
    warned: np.ndarray


@dataclass(frozen=True)
class Row:
    """One estimator in one scenario: means over its targets, each with its simulation error where it has one.

    bias: mean over targets of bias / empirical SE, turned so that the truth is positive.  worst: the target with
    the largest bias in simulation errors.  se_ratio: mean stated SE / empirical SE.
    """

    estimator: Estimator
    scenario: Scenario
    replicates: int
    targets: tuple[dict, ...]
    bias: float | None
    bias_error: float | None
    relative_bias: float | None
    se_ratio: float | None
    se_ratio_error: float | None
    coverage: float | None
    coverage_error: float | None
    rejected: float | None
    rejected_error: float | None
    with_interval: float
    warned: float


def samples(replicates: Iterable[Replicate], truths: Truths) -> dict[Estimator, list[Sample]]:
    """Every target of every estimator that at least half of the replicates have."""
    replicates = list(replicates)
    found: dict[tuple[Estimator, Target], dict] = defaultdict(dict)
    for number, one in enumerate(replicates):
        for e in one.estimates:
            row = estimands.of(e)
            target = (e.outcome, e.visit, e.subgroup, e.estimand)
            found[row, target][number] = e
    by_estimator: dict[Estimator, list[Sample]] = defaultdict(list)
    for (row, target), estimates in found.items():
        if len(estimates) >= LEAST * len(replicates):
            truth = truths.of(row, next(iter(estimates.values())))
            by_estimator[row].append(_sample(target, truth, estimates, len(replicates)))
    return by_estimator


def _sample(target: Target, truth: float | None, estimates: dict, count: int) -> Sample:
    values, present, warned = np.full((count, 5), np.nan), np.zeros(count, bool), np.zeros(count, bool)
    for number, e in estimates.items():
        given = (e.estimate, e.se, e.ci_low, e.ci_high, e.p)
        values[number] = [np.nan if value is None else value for value in given]
        present[number], warned[number] = True, bool(e.warnings)
    return Sample(target, truth, values, present, warned)


def summarise(replicates: Iterable[Replicate], truths: Truths) -> list[Row]:
    """One row for each estimator of estimands.toml that the replicates hold, in its order."""
    found = samples(replicates, truths)
    return [row_of(one, truths.scenario, found[one]) for one in estimands.estimators() if one in found]


def row_of(estimator: Estimator, scenario: Scenario, found: list[Sample]) -> Row:
    count = len(found[0].present)
    targets = tuple(_target(sample) for sample in found)
    known = [(sample, t) for sample, t in zip(found, targets, strict=True) if t["bias"] is not None]
    errors = [_turned(sample) / t["empirical_se"] for sample, t in known]
    bias, bias_error = _mean(errors)
    shares = [(s.present, s.warned, np.isfinite(s.values[:, 2:4]).all(1)) for s in found]
    ratios = [t["mean_se"] / t["empirical_se"] for _, t in known if t["mean_se"] is not None]
    coverage, coverage_error = _mean([_covered(sample) for sample, _ in known])
    rejected, rejected_error = _mean([_rejected(sample) for sample in found])
    total = sum(present.sum() for present, _, _ in shares)
    return Row(
        estimator=estimator,
        scenario=scenario,
        replicates=count,
        targets=targets,
        bias=bias,
        bias_error=bias_error,
        relative_bias=_relative(known),
        se_ratio=float(np.mean(ratios)) if ratios else None,
        se_ratio_error=_ratio_error(known, errors),
        coverage=coverage,
        coverage_error=coverage_error,
        rejected=rejected,
        rejected_error=rejected_error,
        with_interval=float(sum(interval.sum() for _, _, interval in shares) / total),
        warned=float(sum(warned.sum() for _, warned, _ in shares) / total),
    )


def _target(sample: Sample) -> dict:
    """What is said of one target; errors are those of the simulation."""
    outcome, visit, subgroup, estimand = sample.target
    estimate, se = sample.values[:, 0], sample.values[:, 1]
    n = int(np.isfinite(estimate).sum())
    said = {"outcome": outcome, "visit": visit, "subgroup": subgroup, "estimand": estimand, "n": n}
    spread = float(np.nanstd(estimate, ddof=1)) if n > 1 else None
    known = sample.truth is not None and bool(spread)
    bias = float(np.nanmean(estimate) - sample.truth) if known else None
    coverage, coverage_error = _mean([_covered(sample)]) if known else (None, None)
    rejected, rejected_error = _mean([_rejected(sample)])
    return said | {
        "truth": sample.truth,
        "bias": bias,
        "bias_error": spread / n**0.5 if known else None,
        "relative_bias": bias / sample.truth if known and abs(sample.truth) > SMALL * spread else None,
        "empirical_se": spread,
        "mean_se": float(np.sqrt(np.nanmean(se**2))) if np.isfinite(se).any() else None,
        "coverage": coverage,
        "coverage_error": coverage_error,
        "rejected": rejected,
        "rejected_error": rejected_error,
        "with_interval": float(np.isfinite(sample.values[:, 2]).sum() / sample.present.sum()),
        "warned": float(sample.warned.sum() / sample.present.sum()),
    }


def _turned(sample: Sample) -> np.ndarray:
    return (sample.values[:, 0] - sample.truth) * (-1 if sample.truth < 0 else 1)


def _covered(sample: Sample) -> np.ndarray:
    """(R,) whether the interval holds the truth, NaN without an interval."""
    low, high = sample.values[:, 2], sample.values[:, 3]
    inside = (low <= sample.truth) & (sample.truth <= high)
    return np.where(np.isfinite(low) & np.isfinite(high), inside, np.nan)


def _rejected(sample: Sample) -> np.ndarray:
    """(R,) p below 0.05 or, where a method gives no p, zero outside the interval; NaN where neither is known."""
    _, _, low, high, p = sample.values.T
    outside = np.where(np.isfinite(low) & np.isfinite(high), (low > 0) | (high < 0), np.nan)
    return np.where(np.isfinite(p), p < 0.05, outside)


def _mean(each: list[np.ndarray]) -> tuple[float | None, float | None]:
    """Mean over targets of the means over replicates, and its simulation error.

    Targets of one replicate go together, so the error is that of the replicates' own means; but never less than if
    every value were independent, so that "always covered" does not look certain.
    """
    usable = [values for values in each if np.isfinite(values).any()]
    if not usable:
        return None, None
    table = np.stack(usable)
    value = float(np.mean(np.nanmean(table, axis=1)))
    filled = np.where(np.isfinite(table), table, np.nanmean(table, axis=1)[:, None])
    error = filled.mean(0).std(ddof=1) / np.sqrt(table.shape[1])
    return value, float(max(error, np.sqrt(0.05 * 0.95 / table.size)))


def _relative(known: list) -> float | None:
    """Bias as a share of the truth, over targets whose truth is not small, each in its own standard errors."""
    large = [(t["bias"] * np.sign(t["truth"]), abs(t["truth"]), t["empirical_se"]) for _, t in known]
    large = [(bias / se, truth / se) for bias, truth, se in large if truth > SMALL * se]
    return float(sum(b for b, _ in large) / sum(t for _, t in large)) if large else None


def _ratio_error(known: list, errors: list[np.ndarray]) -> float | None:
    """Simulation error of mean SE / empirical SE, by leaving out tenths of the replicates."""
    if not known or len(errors[0]) < 20:
        return None
    count, folds = len(errors[0]), 10
    left = []
    for fold in range(folds):
        use = np.arange(count) % folds != fold
        ratios = [
            np.sqrt(np.nanmean(s.values[use, 1] ** 2)) / np.nanstd(s.values[use, 0], ddof=1)
            for s, t in known
            if t["mean_se"] is not None
        ]
        if not ratios:
            return None
        left.append(np.mean(ratios))
    return float(np.sqrt((folds - 1) / folds * ((left - np.mean(left)) ** 2).sum()))
