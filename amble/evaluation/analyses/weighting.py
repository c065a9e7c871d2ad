"""The weighted comparisons of three questions (chosen, observed, responders), computed together in few passes.

What is fitted: the chance of being given ETMI, the chance that each outcome is known, and each outcome within each
arm; all with the same terms. Method pages: propensity.md, doubly_robust.md, observation_weights.md, responders.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from amble.evaluation.analyses.comparable import Comparable, comparable
from amble.evaluation.columns import UNKNOWN
from amble.evaluation.diagnostics.balance import Balance
from amble.evaluation.diagnostics.overlap import Overlap, OverlapResult
from amble.evaluation.estimators.chunks import CHUNK_ROWS, ArmChunk
from amble.evaluation.estimators.doubly_robust import Augmented
from amble.evaluation.estimators.hajek import Hajek
from amble.evaluation.estimators.logistic import LogisticFit, fit_logistic
from amble.evaluation.estimators.nuisance import Frame, LogisticPropensity, Nuisances, Regressions
from amble.evaluation.estimators.two_passes import Certificate, Effects, estimate
from amble.evaluation.estimators.weighted_regression import WeightedRegression
from amble.evaluation.estimators.weights import ESTIMANDS
from amble.evaluation.study.model import ARMS, HIGHER_IS_BETTER
from amble.evaluation.sums.data import Data
from amble.evaluation.sums.rows import Block

ROUNDING = 1e-9  # a change of exactly the smallest important one counts, however its tenths are rounded
STILL = 1e-3  # a decrement above this, a thirtieth of a standard error, is no maximum


@dataclass(frozen=True)
class Target:
    """visit: None for what is counted over the whole episode.  responder: reached the smallest important change."""

    outcome: str
    visit: str | None
    responder: bool = False

    @property
    def column(self) -> str:
        return f"{self.outcome}_{self.visit}" if self.visit else self.outcome


@dataclass(frozen=True)
class Weighting:
    """effects: (method, estimand) -> effects on `targets` that were asked for by it: see `_estimators`.

    measured, responders: where in `targets` they are.  n, mean: (2, K) known outcomes and their plain means, usual
    care first.  spread: (K,) SD within arms.  free: (2, K) terms of the outcome regressions.
    model_of: (K,) the observation model of each target.
    """

    targets: tuple[Target, ...]
    measured: slice
    responders: slice
    effects: dict[tuple[str, str], Effects]
    n: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    free: np.ndarray
    model_of: np.ndarray
    propensity: LogisticFit
    observation: tuple[LogisticFit, ...]
    terms: tuple[str, ...]
    balance: Balance
    overlap: OverlapResult
    left_out: tuple[str, ...]


def weighting(data: Data) -> "Weighting | str":
    """Everything at once, or in plain words why nothing can be computed."""
    if "weighting" not in data.memo:
        data.memo["weighting"] = _weighting(data)
    return data.memo["weighting"]


def _weighting(data: Data) -> "Weighting | str":
    outline = data.outline
    if data.rows is None:
        return "This needs the rows of single episodes; here only sums of several services came together."
    for arm, words in ARMS.items():
        if not outline.n[arm]:
            return f"There is no episode with {words}: the two kinds of care cannot be compared."
    among = comparable(data)
    if not min(among.n):
        return "Of one kind of care nobody's start was recorded: nobody can be weighted to be alike."
    reader = Reader(data, among)
    if not reader.targets:
        return "No outcome was recorded at any visit of the study."
    return _computed(reader, sum(reader.among.n), len(outline.clinic_of))


def _computed(reader: "Reader", rows: int, clusters: int) -> Weighting:
    p, measured = len(reader.names), reader.targets[reader.measured]
    regressions, without_arm = Regressions(len(reader.targets), p), np.arange(p) != 1
    models = ("propensity", *(f"observation of {target.column}" for target in measured))
    uses = np.ones((len(models), p), bool)
    uses[0] = without_arm
    indicators = np.array([name in ("intercept", "arm") or ":" in name for name in reader.names])
    fits = fit_logistic(reader.chunks, reader.names, uses, indicators, models, rows, [regressions])
    coef, bread, free = regressions.solve(without_arm)
    nuisances = Nuisances(
        propensity=LogisticPropensity(fits[0].coef, fits[0].covariance),
        observation=np.stack([fit.coef for fit in fits[1:]]),
        observation_covariance=np.stack([fit.covariance for fit in fits[1:]]),
        model_of=reader.model_of,
        regression=coef,
        regression_bread=bread,
    )
    estimators, watch = _estimators(reader, regressions), Watch(p, len(models))
    effects = estimate(reader.chunks, nuisances, list(estimators.values()), clusters, rows, [watch])
    fits = watch.certified(fits)
    return Weighting(
        targets=reader.targets,
        measured=reader.measured,
        responders=reader.responders,
        effects=dict(zip(estimators, effects, strict=True)),
        n=regressions.n.astype(int),
        mean=regressions.mean,
        spread=regressions.spread,
        free=free,
        model_of=reader.model_of,
        propensity=fits[0],
        observation=tuple(fits[1:]),
        terms=reader.names,
        balance=watch.balance,
        overlap=watch.overlap.result(),
        left_out=reader.among.words,
    )


class Reader:
    """Rows as chunks of one arm: terms, who answered, outcomes.

    The terms are intercept, arm, the study's covariates and the baseline of every measured outcome. Where the study
    does not require a baseline, a missing one gets the centre of the others and a term of its own that says so.
    """

    def __init__(self, data: Data, among: Comparable) -> None:
        outline, study = data.outline, data.outline.study
        self.rows, self.design = data.rows, outline.design
        self.among = among
        self.mic = study.mic
        seen = [Target(outcome, visit) for outcome in study.measured for visit in outline.visits[outcome]]
        changed = [replace(target, responder=True) for target in seen if target.outcome in study.mic]
        counted = [Target("sessions", None)] if "sessions" in study.outcomes else []
        self.targets = (*seen, *counted, *changed)
        self.measured = slice(0, len(seen) + len(counted))
        self.responders = slice(self.measured.stop, len(self.targets))
        models = {target: m for m, target in enumerate(self.targets[self.measured])}
        self.model_of = np.array(
            [models[replace(target, responder=False)] for target in self.targets], dtype=int
        )
        self.baselines = tuple(f"{outcome}_baseline" for outcome in outline.seen)
        self.gaps = () if self.among.baselines else self.baselines
        missing = tuple(f"{name}:{UNKNOWN}" for name in self.gaps)
        self.names = ("intercept", "arm", *self.among.terms, *self.baselines, *missing)
        columns = (*self.design.columns(self.among.terms), *self.among.left_out, *self.baselines)
        outcomes = (target.column for target in self.targets[self.measured])
        self.columns = tuple(dict.fromkeys(("arm", "clinician", *columns, *outcomes)))
        self.units = self._units(next(self._blocks()))

    def chunks(self) -> Iterator[ArmChunk]:
        for block in self._blocks():
            terms, outcomes = self._terms(block), [self._outcome(target, block) for target in self.targets]
            cluster, eligible = block["clinician"].astype(np.int64), self._eligible(block)
            for arm in (1, 0):
                rows = np.flatnonzero(block["arm"] == arm)
                for start in range(0, len(rows), CHUNK_ROWS):
                    at = rows[start : start + CHUNK_ROWS]
                    y = np.stack([outcome[at] for outcome in outcomes])
                    yield ArmChunk(
                        x=np.stack([term[at] for term in terms]),
                        responses=np.concatenate([np.full((1, len(at)), arm), ~np.isnan(y[self.measured])]),
                        arm=arm,
                        cluster=cluster[at],
                        y=y,
                        eligible=np.stack([one[at] for one in eligible]),
                    )

    def _blocks(self) -> Iterator[Block]:
        for block in self.rows.blocks(self.columns):
            kept = self.among.rows(block)
            if len(kept):
                yield {name: values[kept] for name, values in block.items()}

    def _units(self, block: Block) -> dict[str, tuple[float, float]]:
        """Centre and spread of what is continuous, in the first rows: near enough for arithmetic to be well behaved."""
        units = {}
        for name in (*(term for term in self.among.terms if ":" not in term), *self.baselines):
            values = block[name][~np.isnan(block[name])]
            spread = float(values.std()) if len(values) else 0.0
            units[name] = (float(values.mean()) if len(values) else 0.0, spread or 1.0)
        return units

    def _terms(self, block: Block) -> list[np.ndarray]:
        n = len(block["arm"])
        terms = [np.ones(n), block["arm"]]
        for term in self.among.terms:
            terms.append(self.design.value(term, block) if ":" in term else self._scaled(term, block))
        terms += [self._scaled(name, block) for name in self.baselines]
        return terms + [np.isnan(block[name]).astype(float) for name in self.gaps]

    def _scaled(self, name: str, block: Block) -> np.ndarray:
        centre, spread = self.units[name]
        return np.nan_to_num((block[name] - centre) / spread)

    def _outcome(self, target: Target, block: Block) -> np.ndarray:
        """(n,) the outcome, or for a responder 1 or 0; NaN where it is not known."""
        value = block[target.column]
        if not target.responder:
            return value
        change = value - block[f"{target.outcome}_baseline"]
        better = change if HIGHER_IS_BETTER[target.outcome] else -change
        reached = (better >= self.mic[target.outcome] - ROUNDING).astype(float)
        return np.where(np.isnan(change), np.nan, reached)

    def _eligible(self, block: Block) -> list[np.ndarray]:
        """A change can be asked for only of those whose start is known."""
        everyone = np.ones(len(block["arm"]), bool)
        known = {name: ~np.isnan(block[name]) for name in self.baselines}
        return [
            known[f"{target.outcome}_baseline"] if target.responder else everyone for target in self.targets
        ]

    def covariates_of(self, target: Target) -> np.ndarray:
        """(p,) terms of the outcome's own regression: no other outcome's baseline."""
        own = (f"{target.outcome}_baseline", f"{target.outcome}_baseline:{UNKNOWN}")
        others = {name for name in self.names if "_baseline" in name} - set(own)
        return np.array([name not in others for name in self.names])


class Watch:
    """What is looked at beside the estimates: balance, overlap, and whether the fits are at their maximum."""

    def __init__(self, p: int, models: int) -> None:
        self.balance, self.overlap = Balance(p, ESTIMANDS), Overlap()
        self.certificate = Certificate(models, p)

    def add(self, frame: Frame) -> None:
        weights = {estimand: frame.tilt(estimand).weight for estimand in ESTIMANDS}
        self.balance.add(frame.chunk.x, frame.chunk.arm, weights)
        self.overlap.add(frame.e, frame.chunk.arm)
        self.certificate.add(frame)

    def merge(self, other: "Watch") -> None:
        self.balance.merge(other.balance)
        self.overlap.merge(other.overlap)
        self.certificate.merge(other.certificate)

    def certified(self, fits: list[LogisticFit]) -> list[LogisticFit]:
        """The fits with the gradient and decrement found where they were left."""
        norms, decrements = self.certificate.decrement(np.stack([fit.covariance for fit in fits]))
        found = []
        for fit, norm, decrement in zip(fits, norms, decrements, strict=True):
            converged = fit.convergence.converged and bool(decrement < STILL)
            proof = replace(
                fit.convergence,
                converged=converged,
                gradient_norm=float(norm),
                newton_decrement=float(decrement),
            )
            found.append(replace(fit, convergence=proof, separated=not converged))
        return found


def _estimators(
    reader: Reader, known: Regressions
) -> dict[tuple[str, str], Hajek | Augmented | WeightedRegression]:
    """(method, estimand) -> what is estimated; "responders" stands for the estimand of everyone's responders."""
    measured, responders, p = reader.measured, reader.responders, len(reader.names)
    k, r = measured.stop, responders.stop - responders.start
    uses = np.stack([reader.covariates_of(target) for target in reader.targets[measured]])
    arm = reader.names.index("arm")
    return {
        ("unadjusted", "as observed"): Hajek(measured, None, k, p),
        ("ipw", "ATE"): Hajek(measured, "ATE", k, p),
        ("ipw", "ATT"): Hajek(measured, "ATT", k, p),
        ("overlap_weighted", "ATO"): Hajek(measured, "ATO", k, p),
        **{("aipw", estimand): Augmented(measured, estimand, k, p) for estimand in ESTIMANDS},
        ("complete_case", "regression"): WeightedRegression(measured, uses, arm, known),
        ("ipw_observed", "regression"): WeightedRegression(measured, uses, arm),
        ("unadjusted", "responders"): Hajek(responders, None, r, p),
        ("aipw", "responders"): Augmented(responders, "ATE", r, p),
    }
