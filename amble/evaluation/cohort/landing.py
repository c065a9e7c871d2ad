"""The long tables become one wide row of whole numbers per episode, once for all outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
from ibis.expr.types import IntegerValue, Value

from amble.evaluation.cohort.eligibility import FlowRow, restrict
from amble.evaluation.columns import HUNDREDTHS, LEVELS, TENTHS, UNKNOWN
from amble.evaluation.engine import Engine
from amble.evaluation.study.model import PriceList, Study

LANGUAGES = 5
OTHER_LANGUAGES = "other languages"


@dataclass(frozen=True)
class Landed:
    """The wide table (columns.py) with what had to be chosen on the way."""

    table: ibis.Table
    eligible: ibis.Table
    flow: list[FlowRow]
    levels: Mapping[str, tuple[str, ...]]
    clinics: tuple[str, ...]
    clinic_of: tuple[int, ...]
    instruments: Mapping[str, str]
    instruments_found: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    rows: int


def land(snapshot, study: Study, engine: Engine) -> Landed:
    """Choose the cohort and write its wide rows. snapshot: snapshot.reader.Snapshot, already checked for faults."""
    eligible, flow = restrict(snapshot.episodes, study.cohort, engine.one)
    found = instruments_in(snapshot.scores, engine)
    instruments, warnings = choose_instruments(found, study)
    languages = choose_languages(eligible, engine)
    people = engine.keep("people", number_people(eligible))
    everyone = engine.arrow(people.order_by("clinician")).to_pylist()
    clinics = tuple(dict.fromkeys(person["clinic_id"] for person in everyone))
    rows = flow[-1].etmi + flow[-1].usual_care
    scores = engine.keep("scores_by_episode", pivot(snapshot.scores, study, instruments))
    contacts = engine.keep("contacts_by_episode", count_contacts(snapshot.sessions, study.prices))
    return Landed(
        table=engine.keep("landed", wide(eligible, people, scores, contacts, study, languages)),
        eligible=eligible,
        flow=flow,
        levels={**LEVELS, "language": languages},
        clinics=clinics,
        clinic_of=tuple(person["clinic"] for person in everyone),
        instruments=instruments,
        instruments_found={measure: tuple(counts) for measure, counts in found.items()},
        warnings=tuple(warnings),
        rows=rows,
    )


def instruments_in(scores: ibis.Table, engine: Engine) -> dict[str, dict[str, int]]:
    """measure -> instrument -> scores, the instrument most used at baseline first."""
    counted = scores.group_by("measure", "instrument").aggregate(
        n=scores.count(), baseline=(scores.visit == "baseline").sum()
    )
    rows = sorted(engine.arrow(counted).to_pylist(), key=lambda r: (-r["baseline"], -r["n"], r["instrument"]))
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["measure"], {})[row["instrument"]] = row["n"]
    return found


def choose_instruments(
    found: Mapping[str, Mapping[str, int]], study: Study
) -> tuple[dict[str, str], list[str]]:
    """One instrument per measure, never pooled: the study's, else the most frequent at baseline."""
    chosen: dict[str, str] = {}
    warnings = []
    for measure in (*study.measured, "activity_level"):
        if measure not in found:
            continue
        chosen[measure] = study.instruments.get(measure, next(iter(found[measure])))
        aside = sum(n for name, n in found[measure].items() if name != chosen[measure])
        if aside:
            warnings.append(
                f"{measure}: {chosen[measure]} is analysed; {aside:,} scores of other instruments are set aside, "
                "because different instruments are never pooled on the raw scale."
            )
    return chosen, warnings


def choose_languages(episodes: ibis.Table, engine: Engine) -> tuple[str, ...]:
    """The most frequent languages by name, the rest together."""
    rows = engine.arrow(episodes.group_by("language").aggregate(n=episodes.count())).to_pylist()
    known = sorted((row for row in rows if row["language"]), key=lambda row: (-row["n"], row["language"]))
    names = tuple(row["language"] for row in known[:LANGUAGES])
    return (*names, *((OTHER_LANGUAGES,) if len(known) > LANGUAGES else ()), UNKNOWN)


def number_people(episodes: ibis.Table) -> ibis.Table:
    """Clinics and clinicians with their codes, from 0 in the order of their identifiers."""
    people = episodes.select("clinic_id", "clinician_id").distinct()
    return people.mutate(
        clinic=ibis.dense_rank().over(order_by=people.clinic_id).cast("int32"),
        clinician=ibis.row_number().over(order_by=[people.clinic_id, people.clinician_id]).cast("int32"),
    )


def wide(
    eligible: ibis.Table,
    people: ibis.Table,
    scores: ibis.Table,
    contacts: ibis.Table,
    study: Study,
    languages: tuple[str, ...],
) -> ibis.Table:
    """The cohort: episodes with their scores and contacts, in a fixed order."""
    table = eligible.join(people, ["clinic_id", "clinician_id"])
    table = table.left_join(scores, "episode_id").drop("episode_id_right")
    table = table.left_join(contacts, "episode_id").drop("episode_id_right")
    table = table.order_by("clinician", "episode_id")
    return table.select(
        "clinic",
        "clinician",
        (table.arm == "etmi").cast("int8").name("arm"),
        table.age_years.cast("int16").name("age_years"),
        table.symptom_months.cast("int32").name("symptom_months"),
        *_categories(table, languages),
        *_scores(table, study),
        *(table[name].fill_null(0).cast(kind).name(name) for name, kind in CONTACTS.items()),
    )


CONTACTS = {"sessions": "int32", "minutes": "int32", "cost": "int64"}


def pivot(scores: ibis.Table, study: Study, instruments: Mapping[str, str]) -> ibis.Table:
    """Long scores to one row per episode: tenths of the measure's unit, activity levels as they are.

    Texts are compared once for each score, to give the number of its cell; the cells are told apart by that.
    """
    visits = ("baseline", *study.visits)
    cells = scores.select(
        "episode_id",
        cell=_cell(scores, (*study.measured, "activity_level"), visits, instruments),
        tenths=(scores.value * TENTHS).round().cast("int16"),
        level=scores.value.cast("int16"),
    )
    columns = {}
    for row, outcome in enumerate((*study.measured, "activity")):
        value = cells.level if outcome == "activity" else cells.tenths
        for column, visit in enumerate(visits):
            columns[f"{outcome}_{visit}"] = value.max(where=cells.cell == row * len(visits) + column)
    return cells.group_by("episode_id").aggregate(**columns)


def _cell(
    scores: ibis.Table, measures: tuple[str, ...], visits: tuple[str, ...], instruments: Mapping[str, str]
) -> IntegerValue:
    """The number of a score's measure times visits plus that of its visit; null where it is not wanted."""
    rows = (
        ((scores.measure == measure) & (scores.instrument == instruments.get(measure, "")), row * len(visits))
        for row, measure in enumerate(measures)
    )
    columns = ((scores.visit == visit, column) for column, visit in enumerate(visits))
    return (ibis.cases(*rows) + ibis.cases(*columns)).cast("int16")


def count_contacts(sessions: ibis.Table, prices: PriceList) -> ibis.Table:
    """Contacts, minutes and cost per episode; every contact is priced by its own arm, minutes and modalities."""
    minutes = sessions.minutes.fill_null(0)
    fixed = (sessions.number == 1).ifelse(prices.first_session, prices.later_session)
    per_minute = (sessions.arm == "etmi").ifelse(prices.minute["etmi"], prices.minute["usual_care"])
    price = fixed + per_minute * minutes
    for modality, extra in prices.modality.items():
        price = price + sessions.modalities.contains(modality).fill_null(False).ifelse(extra, 0.0)
    return sessions.group_by("episode_id").aggregate(
        sessions=sessions.count(),
        minutes=minutes.sum(),
        cost=(price * HUNDREDTHS).round().cast("int64").sum(),
    )


def _categories(table: ibis.Table, languages: tuple[str, ...]) -> list[Value]:
    def coded(column, values, unknown):
        return ibis.cases(*((column == value, code) for code, value in enumerate(values)), else_=unknown)

    yes = {name: coded(table[name], (False, True), 2) for name in ("depression", "anxiety")}
    either = (yes["depression"] == 1) | (yes["anxiety"] == 1)
    neither = (yes["depression"] == 0) & (yes["anxiety"] == 0)
    language = ibis.cases(
        *(
            (table.language == name, code)
            for code, name in enumerate(languages[:LANGUAGES])
            if name != UNKNOWN
        ),
        (table.language.isnull(), len(languages) - 1),
        else_=max(len(languages) - 2, 0),
    )
    codes = {
        "sex": coded(table.sex, LEVELS["sex"][:3], 3),
        **yes,
        "depression_or_anxiety": ibis.cases((either, 1), (neither, 0), else_=2),
        "activity_level": coded(table.activity_level, LEVELS["activity_level"][:3], 3),
        "deprivation_quintile": coded(table.deprivation_quintile, range(1, 6), 5),
        "language": language,
        "age_group": ibis.cases((table.age_years < 45, 0), (table.age_years < 65, 1), else_=2),
    }
    return [code.cast("int8").name(name) for name, code in codes.items()]


def _scores(table: ibis.Table, study: Study) -> list[Value]:
    columns = []
    for outcome in study.measured:
        scores = {visit: table[f"{outcome}_{visit}"] for visit in ("baseline", *study.visits)}
        columns += list(scores.values())
        columns.append(scores["baseline"].notnull().cast("int8").name(f"{outcome}_baseline_known"))
        pattern = sum(
            (scores[visit].notnull().cast("int16") * (1 << bit) for bit, visit in enumerate(study.visits)),
            start=ibis.literal(0, "int16"),
        )
        columns.append(pattern.cast("int16").name(f"{outcome}_pattern"))
    return columns + [table[f"activity_{visit}"] for visit in ("baseline", *study.visits)]
