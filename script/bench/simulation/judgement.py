"""What is wrong with an estimator, by limits that one doing its work passes and a broken one fails.

Every limit is a tolerance plus FAR simulation errors, so it is wide after few replicates and narrow after many. A
normal value lies beyond 4 of its errors once in 16,000 times; some 200 rows are judged in a run.
"""

from scipy.special import ndtr, ndtri

from .estimands import holding
from .summary import Row

FAR, SEEN = 4.0, 3.0
# What nobody would mind: a bias of a fifth of a standard error lowers the coverage of a 95% interval by half a point;
# a standard error 8% too small by two and a half.
BIAS, TOO_SMALL = 0.20, 0.08


def least_coverage(level: float) -> float:
    """Coverage of an interval whose estimate is off by BIAS and whose standard error is too small by TOO_SMALL."""
    half = float(ndtri(0.5 + level / 2)) * (1 - TOO_SMALL)
    return float(ndtr(half - BIAS) - ndtr(-half - BIAS))


def faults(row: Row) -> list[str]:
    """In words; empty for an estimator that does its work, or whose reasons not to do so are known."""
    if holding(row.estimator.bias, row.scenario):
        return []
    found = [_bias(row)]
    if not holding(row.estimator.interval, row.scenario):
        found += [_se(row), _coverage(row), _rejections(row)]
    return [words for words in found if words]


def a_little_short(row: Row) -> bool:
    """No fault, but intervals hold the truth less often than they say, beyond chance."""
    known = row.coverage is not None and not faults(row) and not holding(row.estimator.bias, row.scenario)
    return known and row.coverage < row.estimator.level - SEEN * row.coverage_error


def _bias(row: Row) -> str:
    if row.bias is not None and abs(row.bias) > BIAS + FAR * row.bias_error:
        return f"off by {row.bias:.2f} standard errors"
    far = [t for t in row.targets if t["bias"] is not None and _off(t) > BIAS + FAR / t["n"] ** 0.5]
    if far:
        worst = max(far, key=_off)
        where = " ".join(filter(None, (worst["outcome"], worst["visit"], worst["subgroup"])))
        return f"{where} off by {_off(worst):.2f} standard errors"
    return ""


def _off(target: dict) -> float:
    return abs(target["bias"]) / target["empirical_se"]


def _se(row: Row) -> str:
    if row.se_ratio is None or row.se_ratio_error is None:
        return ""
    if row.se_ratio < 1 - TOO_SMALL - FAR * row.se_ratio_error:
        return f"standard errors {100 * (1 - row.se_ratio):.0f}% too small"
    return ""


def _coverage(row: Row) -> str:
    if (
        row.coverage is not None
        and row.coverage < least_coverage(row.estimator.level) - FAR * row.coverage_error
    ):
        return f"intervals hold the truth in {100 * row.coverage:.0f}%"
    return ""


def _rejections(row: Row) -> str:
    """Where ETMI changes nothing: too many differences. Equivalence is judged where it must not be said."""
    if row.rejected is None:
        return ""
    if row.estimator.contrast == "equivalence":
        limit = (1 - least_coverage(row.estimator.level)) / 2 if row.scenario.name == "margin" else 1.0
    else:
        real = row.scenario.effects or any(
            t["truth"] for t in row.targets
        )  # completeness differs in any case
        limit = 1.0 if real else 1 - least_coverage(0.95)
    too_many = row.rejected > limit + FAR * row.rejected_error
    return f"finds what is not there in {100 * row.rejected:.0f}%" if too_many else ""
