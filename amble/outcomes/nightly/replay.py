"""How the estimates moved: what each month's end would have shown, had there been a night.

An episode counts from the day it began, a score or a session from its date, a discharge from the day it happened. What
was typed in later than its date counts as if it had been there: only the live record knew, and it is not asked again.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from django.db.models import Q, QuerySet
from ibis.expr.types import Table

from amble.evaluation.analyses import over_time, sessions
from amble.evaluation.cohort.landing import land
from amble.evaluation.engine import DuckDB, Engine
from amble.evaluation.report.disclosure import release_report
from amble.evaluation.report.model import Report
from amble.evaluation.report.writing import in_sentences
from amble.evaluation.results import Answer, Estimate
from amble.evaluation.snapshot.reader import Snapshot, open_snapshot
from amble.evaluation.study.model import ARMS, Study
from amble.evaluation.sums.gather import gather
from amble.outcomes.material import Past
from amble.outcomes.models import StoredEstimate

MIXED = "mmrm"
FEW = 20  # episodes in each arm, below which a month is left out
PATIENCE = 120  # seconds after which the remaining months wait for the next night


def followed(estimate: Estimate | StoredEstimate) -> bool:
    """Of all estimates, those whose course is shown: the mixed model's, and the ratio of sessions."""
    ratio = estimate.method == sessions.METHOD and estimate.contrast == "log_rate_ratio"
    return estimate.subgroup is None and (ratio or estimate.method == MIXED)


def replayed(snapshot: Path, study: Study, last: date, question: str) -> Iterator[StoredEstimate]:
    """Estimates of the months that have none under the same question (`question`: the study's hash), newest first."""
    begun = time.monotonic()
    for day in _missing(snapshot, last, _same_question(question)):
        if time.monotonic() - begun > PATIENCE:
            return
        for estimate in as_of(snapshot, study, day):
            row = vars(estimate) | {"warnings": list(estimate.warnings)}
            yield StoredEstimate(day=day, replayed=True, **row)


def as_of(snapshot: Path, study: Study, day: date) -> tuple[Estimate, ...]:
    """The followed estimates from what was recorded by the end of `day`, released. snapshot: already checked."""
    with DuckDB() as engine:
        known = _known(open_snapshot(snapshot, engine), day)
        found = tuple(_estimates(known, study, engine))
    report = Report(study, (Answer("over_time", "", estimates=found),))
    return release_report(in_sentences(report)).answers[0].estimates


def history(question: str, tonight: Sequence[StoredEstimate]) -> tuple[Past, ...]:
    """The average over the visits on the last known day of each month, this month's being tonight's.

    Only looks with the same visits as the newest: when a later visit's scores come in, the average becomes one of
    other visits, and a course across that day would be of two quantities. Of several runs for a day the newest counts.
    """
    ratio = Q(method=sessions.METHOD, contrast="log_rate_ratio")
    stored = _same_question(question).filter(Q(method=MIXED) | ratio, subgroup=None).order_by("day", "pk")
    looks: dict[tuple[str, date], dict[str | None, StoredEstimate]] = defaultdict(dict)
    for one in [*stored, *filter(followed, tonight)]:
        looks[one.outcome, one.day][one.visit] = one
    known = {key: look for key, look in sorted(looks.items(), key=lambda item: item[0][1]) if _averaged(look)}
    newest = {outcome: _visits(look) for (outcome, _), look in known.items()}
    points = {
        (outcome, day.year, day.month): _past(_averaged(look))
        for (outcome, day), look in known.items()
        if _visits(look) == newest[outcome]
    }
    return tuple(sorted(points.values(), key=lambda past: (past.day, past.outcome)))


def _visits(look: Mapping[str | None, StoredEstimate]) -> set[str | None]:
    """Those with an estimate: one of a few people is not told, and is no part of the average (mmrm-11)."""
    return {visit for visit, one in look.items() if one.estimate is not None}


def _averaged(look: Mapping[str | None, StoredEstimate]) -> StoredEstimate | None:
    """Of one outcome's estimates on one day, the average over the visits (sessions have no visit), if it is known."""
    found = look.get(over_time.AVERAGE) or look.get(None)
    return found if found and found.ci_low is not None else None


def _past(one: StoredEstimate) -> Past:
    return Past(one.day, one.outcome, one.estimate, one.se, one.ci_low, one.ci_high, one.replayed)


def _same_question(question: str) -> QuerySet:
    return StoredEstimate.objects.filter(night__provenance__study_sha256=question)


def _missing(snapshot: Path, last: date, stored: QuerySet) -> Iterator[date]:
    """Ends of months before that of `last`, newest first, with enough people and without an estimate in that month."""
    have = {(day.year, day.month) for day in stored.values_list("day", flat=True).distinct()}
    with DuckDB() as engine:
        episodes = open_snapshot(snapshot, engine).episodes
        begun = [_first_days(episodes.filter(episodes.arm == arm), engine) for arm in ARMS]
    if min(map(len, begun)) < FEW:
        return
    end = last.replace(day=1) - timedelta(days=1)
    while end >= max(days[-1] for days in begun):
        if (end.year, end.month) not in have:
            yield end
        end = end.replace(day=1) - timedelta(days=1)


def _first_days(episodes: Table, engine: Engine) -> list[date]:
    first = episodes.order_by("start_date").select("start_date").limit(FEW)
    return [row["start_date"] for row in engine.arrow(first).to_pylist()]


def _known(whole: Snapshot, day: date) -> Snapshot:
    episodes, scores, contacts = whole.episodes, whole.scores, whole.sessions
    episodes = episodes.filter(episodes.start_date <= day)
    discharged = episodes.discharge_date
    return replace(
        whole,
        episodes=episodes.mutate(discharge_date=(discharged <= day).ifelse(discharged, None)),
        scores=scores.filter(scores.date <= day),
        sessions=contacts.filter(contacts.date <= day),
    )


def _estimates(known: Snapshot, study: Study, engine: Engine) -> Iterator[Estimate]:
    landed = land(known, study, engine)
    if not landed.rows:
        return
    data = gather(landed, study, engine, over_time.requests)
    for outcome in data.outline.seen:
        yield from filter(followed, over_time.estimates(data, outcome))
    yield from filter(followed, sessions.answer(data).estimates)
