"""Least squares from sums against the certified values of NIST."""

import numpy as np
import pytest
from statsmodels.datasets import longley

from amble.evaluation.estimators.linear_model import LinearFit, classical, least_squares

# NIST Statistical Reference Datasets, linear regression, Longley (higher level of difficulty)
CERTIFIED = {
    "intercept": (-3482258.63459582, 890420.383607373),
    "GNPDEFL": (15.0618722713733, 84.9149257747669),
    "GNP": (-0.358191792925910e-01, 0.334910077722432e-01),
    "UNEMP": (-2.02022980381683, 0.488399681651699),
    "ARMED": (-1.03322686717359, 0.214274163161675),
    "POP": (-0.511041056535807e-01, 0.226073200069370),
    "YEAR": (1829.15146461355, 455.478499142212),
}
RESIDUAL_SD, RESIDUAL_SQUARES = 304.854073561965, 836424.055505915


def fit(extra: tuple[str, ...] = (), order: tuple[str, ...] = tuple(CERTIFIED)) -> tuple[LinearFit, int]:
    """The terms in the given order, then `extra`; "years" is the year counted from 1900, "none" is empty."""
    data = longley.load().data.assign(intercept=1.0, none=0.0)
    data["years"] = data["YEAR"] - 1900
    columns = [*order, *extra, "TOTEMP"]
    rows = data[columns].to_numpy(float)
    return least_squares(rows.T @ rows, columns, columns[:-1], ["TOTEMP"]), len(rows)


def check(found: LinearFit, n: int) -> None:
    covariance, df = classical(found, n)
    for term, (value, error) in CERTIFIED.items():
        at = found.terms.index(term)
        assert found.of(term) == pytest.approx(value, rel=1e-7), term
        assert np.sqrt(covariance[at, at]) == pytest.approx(error, rel=1e-7), term
    assert df == 9
    assert np.sqrt(found.residual[0, 0] / df) == pytest.approx(RESIDUAL_SD, rel=1e-8)
    assert found.residual[0, 0] == pytest.approx(RESIDUAL_SQUARES, rel=1e-8)


def test_longley_of_nist() -> None:
    found, n = fit()
    assert not found.dropped
    check(found, n)


def test_a_column_told_by_others_changes_nothing_and_is_named() -> None:
    found, n = fit(("years", "none"))
    assert found.dropped == ("years", "none")
    assert np.isnan(found.of("years")) and np.isnan(found.of("none"))
    check(found, n)


def test_of_two_columns_that_say_the_same_the_later_is_left_out() -> None:
    order = tuple("years" if term == "YEAR" else term for term in CERTIFIED)
    found, _ = fit(("YEAR",), order)
    assert found.dropped == ("YEAR",)
    assert found.of("years") == pytest.approx(CERTIFIED["YEAR"][0], rel=1e-7)
    assert found.of("intercept") == pytest.approx(
        CERTIFIED["intercept"][0] + 1900 * CERTIFIED["YEAR"][0], rel=1e-7
    )
