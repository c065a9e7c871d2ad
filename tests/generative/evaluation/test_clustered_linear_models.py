"""Cluster sums give what dense matrices per patient give: random intercepts, robust errors, wild bootstrap."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amble.evaluation.estimators import cluster_robust, random_intercepts
from amble.evaluation.estimators.nested_covariance import LEVELS
from amble.evaluation.estimators.wild_cluster_bootstrap import wild_cluster_bootstrap
from amble.evaluation.sums.moments import ClusterGrams

TERMS = ("intercept", "arm", "age")


def people(seed, sizes, clinics, spread=(1.0, 1.0), copy=False):
    """Patients of clinicians of the given sizes; clinicians are dealt out to clinics in turn."""
    rng = np.random.default_rng(seed)
    clinician = np.repeat(np.arange(len(sizes)), sizes)
    clinic = clinician % clinics
    arm = rng.integers(0, 2, len(clinician)).astype(float)
    age = rng.integers(20, 80, len(clinician)).astype(float)
    y = 40 + 3 * arm + 0.1 * age + rng.normal(0, 4, len(clinician))
    y += spread[0] * rng.normal(0, 3, len(sizes))[clinician] + spread[1] * rng.normal(0, 3, clinics)[clinic]
    columns = [np.ones(len(y)), arm, age, *([arm] if copy else [])]
    return np.column_stack(columns), np.round(y, 1), clinician, clinic


def grams(x, y, clinician, clinic, terms=TERMS):
    w = np.column_stack([x, y])
    gram = np.stack([w[clinician == g].T @ w[clinician == g] for g in np.unique(clinician)])
    return ClusterGrams(
        (*terms, "y"), gram, np.array([clinic[clinician == g][0] for g in np.unique(clinician)])
    )


def same(codes):
    return (codes[:, None] == codes).astype(float)


def dense(x, y, clinician, clinic, variances):
    """Every quantity from its definition, with n x n matrices."""
    parts = [np.eye(len(y)), same(clinician), same(clinic)]
    v = sum(value * part for value, part in zip(variances, parts, strict=True))
    vi = np.linalg.inv(v)
    c = np.linalg.inv(x.T @ vi @ x)
    project = vi - vi @ x @ c @ x.T @ vi
    criterion = np.linalg.slogdet(v)[1] - np.linalg.slogdet(c)[1] + y @ project @ y
    criterion += (len(y) - x.shape[1]) * np.log(2 * np.pi)
    gradient = np.array([np.trace(project @ a) - y @ project @ a @ project @ y for a in parts])
    expected = np.array([[np.trace(project @ a @ project @ b) for b in parts] for a in parts])
    pull = [project @ a @ project @ y for a in parts]
    observed = np.array([[2 * y @ project @ a @ q for q in pull] for a in parts]) - expected
    first = np.array([x.T @ vi @ a @ vi @ x for a in parts])
    second = np.array([[x.T @ vi @ a @ vi @ b @ vi @ x for b in parts] for a in parts])
    return criterion, gradient, observed, expected, c, first, second


sizes = st.lists(st.integers(1, 6), min_size=13, max_size=20)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), sizes, st.integers(2, 5), st.sampled_from([(1, 1), (0, 0), (1, 0), (0, 1)]))
def test_nested_intercepts_reach_the_maximum_of_the_dense_likelihood(seed, sizes, clinics, spread):
    data = people(seed, sizes, clinics, spread)
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(grams(*data), TERMS, "y", nested=True))
    assert fitted.convergence.converged
    criterion, gradient, observed, expected, c, first, second = dense(*data, fitted.variances)
    assert -2 * fitted.loglik == pytest.approx(criterion, rel=1e-10)
    known = [True, max(sizes) > 1, clinics < len(sizes)]
    for value, slope, free, tell in zip(fitted.variances, gradient, fitted.free, known, strict=True):
        assert abs(slope * max(value, 1)) < 1e-4 if free else value == 0 and (slope > -1e-6 or not tell)
    np.testing.assert_allclose(fitted.observed, observed, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted.expected, expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted.vcov, c, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(fitted.first, first, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fitted.second, second, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_no_other_variances_do_better(seed):
    data = people(seed, np.random.default_rng(seed).integers(1, 9, 18), 4)
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(grams(*data), TERMS, "y", nested=True))
    others = [dense(*data, (r, c, k))[0] for r, c, k in product((8, 16, 24), (0, 3, 9, 18), (0, 3, 9, 18))]
    assert -2 * fitted.loglik <= min(others)


def test_kenward_roger_is_its_definition():
    data = people(6, [3, 1, 7, 4, 5, 2, 6, 1, 4, 3, 5, 2], 5, (1, 3))
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(grams(*data), TERMS, "y", nested=True))
    assert fitted.free.all()
    *_, observed, expected, c, first, second = dense(*data, fitted.variances)
    arm = np.array([0.0, 1.0, 0.0])
    for information, matrix in (("observed", observed), ("expected", expected)):
        w = 2 * np.linalg.inv(matrix)
        inner = sum(
            w[i, j] * (second[i, j] - first[i] @ c @ first[j]) for i, j in product(range(3), repeat=2)
        )
        found = random_intercepts.contrast(fitted, arm, "kenward_roger", information)
        assert found.se**2 == pytest.approx(arm @ (c + 2 * c @ inner @ c) @ arm, rel=1e-8)
        slope = np.array([arm @ c @ one @ c @ arm for one in first])
        assert found.df == pytest.approx(2 * (arm @ c @ arm) ** 2 / (slope @ w @ slope), rel=1e-7)


@pytest.mark.parametrize(
    ("sizes", "clinics", "words"),
    [
        ([30], 1, ["one clinician only", "one clinic only"]),
        ([1] * 30, 5, ["every clinician has one patient"]),
        ([5] * 6, 6, ["every clinic has one clinician"]),
        ([5] * 6, 1, ["one clinic only"]),
    ],
)
def test_what_cannot_be_known_is_said(sizes, clinics, words):
    data = people(3, sizes, clinics)
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(grams(*data), TERMS, "y", nested=True))
    for part in words:
        assert any(part in warning for warning in fitted.warnings)
    assert fitted.convergence.converged
    found = random_intercepts.contrast(fitted, np.array([0.0, 1.0, 0.0]))
    assert np.isfinite([found.estimate, found.se, found.df]).all()


def test_without_levels_the_model_is_least_squares():
    x, y, _, _ = data = people(3, [30], 1)
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(grams(*data), TERMS, "y"))
    coef, rss = np.linalg.lstsq(x, y)[:2]
    np.testing.assert_allclose(fitted.coef, coef, rtol=1e-9)
    assert fitted.variances[LEVELS.index("residual")] == pytest.approx(rss[0] / 27)
    assert random_intercepts.contrast(fitted, np.array([0, 1.0, 0])).df == pytest.approx(27)


def test_collinear_terms_and_an_empty_arm_are_left_out_and_named():
    terms = ("intercept", "arm", "age", "again")
    x, y, clinician, clinic = people(1, [4] * 10, 4, copy=True)
    sums = grams(x, y, clinician, clinic, terms)
    fitted = random_intercepts.fit(random_intercepts.cluster_sums(sums, terms, "y", nested=True))
    assert fitted.dropped == ("again",) and fitted.terms == terms[:3]
    assert cluster_robust.fit(sums, terms, "y").dropped == ("again",)
    x[:, 1] = 0
    sums = grams(x[:, :3], y, clinician, clinic)
    assert random_intercepts.fit(random_intercepts.cluster_sums(sums, TERMS, "y")).dropped == ("arm",)
    assert cluster_robust.fit(sums, TERMS, "y").dropped == ("arm",)
    rng = np.random.default_rng(1)
    assert isinstance(wild_cluster_bootstrap(sums, TERMS, "y", "arm", repetitions=99, rng=rng), str)


def test_nothing_varies_nothing_is_estimated():
    x, y, clinician, clinic = people(1, [4] * 10, 4)
    for value in (np.full_like(y, 7.0), clinician + 1.0):
        sums = grams(x, value, clinician, clinic)
        assert isinstance(random_intercepts.fit(random_intercepts.cluster_sums(sums, TERMS, "y")), str)


# Robust errors


def root_inverse(matrix):
    values, vectors = np.linalg.eigh(matrix)
    usable = values > 1e-9
    return (vectors * np.where(usable, np.where(usable, values, 1) ** -0.5, 0)) @ vectors.T


def dense_robust(x, y, groups):
    """CR0, CR2 and the Satterthwaite df of the arm, each cluster's matrices written out."""
    c = np.linalg.inv(x.T @ x)
    residual = y - x @ (c @ (x.T @ y))
    project = np.eye(len(y)) - x @ c @ x.T
    cr0, cr2, paths = np.zeros_like(c), np.zeros_like(c), []
    for group in np.unique(groups):
        own = groups == group
        adjust = root_inverse(project[np.ix_(own, own)])
        score0, score2 = x[own].T @ residual[own], x[own].T @ adjust @ residual[own]
        cr0 += c @ np.outer(score0, score0) @ c
        cr2 += c @ np.outer(score2, score2) @ c
        paths.append(project[:, own] @ adjust @ x[own] @ c[:, 1])
    values = np.linalg.eigvalsh(np.array(paths) @ np.array(paths).T)
    return cr0, cr2, values.sum() ** 2 / (values**2).sum()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), sizes)
def test_robust_errors_are_those_of_dense_matrices(seed, sizes):
    x, y, clinician, clinic = people(seed, sizes, 4)
    fitted = cluster_robust.fit(grams(x, y, clinician, clinic), TERMS, "y")
    if fitted.dropped:
        return
    cr0, cr2, df = dense_robust(x, y, clinician)
    np.testing.assert_allclose(fitted.cr0, cr0, rtol=1e-6, atol=1e-10)
    np.testing.assert_allclose(fitted.cr2, cr2, rtol=1e-6, atol=1e-10)
    assert cluster_robust.coefficient(fitted, "arm").df == pytest.approx(df, rel=1e-6)


def test_clinics_as_clusters_and_a_term_of_one_clinic():
    x, y, clinician, clinic = people(2, [5] * 12, 4)
    x[:, 2] = clinic == 0
    fitted = cluster_robust.fit(cluster_robust.by_parent(grams(x, y, clinician, clinic)), TERMS, "y")
    _, cr2, df = dense_robust(x, y, clinic)
    assert fitted.clusters == 4 and "one cluster alone" in fitted.warnings[0]
    assert fitted.cr2[1, 1] == pytest.approx(cr2[1, 1])
    assert cluster_robust.coefficient(fitted, "arm").df == pytest.approx(df)


# Wild bootstrap


def t_statistic(x, y, groups, null):
    c = np.linalg.inv(x.T @ x)
    coef = c @ (x.T @ y)
    scores = np.array(
        [x[groups == g].T @ (y[groups == g] - x[groups == g] @ coef) for g in np.unique(groups)]
    )
    count, n, p = len(scores), *x.shape
    variance = (c @ (scores.T @ scores) @ c)[1, 1] * count / (count - 1) * (n - 1) / (n - p)
    return (coef[1] - null) / np.sqrt(variance)


def p_by_enumeration(x, y, groups, null):
    """Every combination of signs, patients' outcomes made anew and the model fitted again each time."""
    others = x[:, [0, 2]]
    rest = y - null * x[:, 1]
    fitted = others @ np.linalg.lstsq(others, rest)[0]
    t = abs(t_statistic(x, y, groups, null))
    signs = product((-1.0, 1.0), repeat=groups.max() + 1)
    made = (null * x[:, 1] + fitted + np.array(s)[groups] * (rest - fitted) for s in signs)
    return np.mean([abs(t_statistic(x, one, groups, null)) >= t * (1 - 1e-9) for one in made])


def test_wild_bootstrap_is_the_enumeration_of_all_signs():
    x, y, _, clinic = people(8, [6] * 20, 10)
    found = wild_cluster_bootstrap(
        grams(x, y, clinic, clinic), TERMS, "y", "arm", repetitions=1024, rng=np.random.default_rng(1)
    )
    assert found.complete and found.repetitions == 1024 and found.weights == "rademacher"
    assert found.p == p_by_enumeration(x, y, clinic, 0.0)
    for end, side in ((found.low, -1), (found.high, 1)):
        assert p_by_enumeration(x, y, clinic, end - side * 1e-6) > 0.05
        assert p_by_enumeration(x, y, clinic, end + side * 1e-6) <= 0.05


def test_few_clusters_get_six_point_weights_and_an_arm_in_one_clinic_no_interval():
    x, y, _, clinic = people(8, [20] * 5, 5)
    sums = grams(x, y, clinic, clinic)
    found = wild_cluster_bootstrap(
        sums, TERMS, "y", "arm", repetitions=999, rng=np.random.default_rng([1, 2])
    )
    again = wild_cluster_bootstrap(
        sums, TERMS, "y", "arm", repetitions=999, rng=np.random.default_rng([1, 2])
    )
    assert found == again and found.weights == "webb" and not found.complete
    assert found.low < found.estimate < found.high
    x[:, 1] = clinic == 0
    found = wild_cluster_bootstrap(
        grams(x, y, clinic, clinic), TERMS, "y", "arm", repetitions=999, rng=np.random.default_rng(1)
    )
    assert "one cluster holds 80%" in found.warnings[0]
