"""Drawn episodes as rows of the snapshot's tables, typed as its contract says."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from amble.evaluation.simulate.contacts import ARMS, contacts, rhythm
from amble.evaluation.simulate.drawing import Drawn
from amble.evaluation.simulate.episodes import SEXES
from amble.evaluation.simulate.measures import INSTRUMENTS
from amble.evaluation.simulate.missingness import MEASURED
from amble.evaluation.simulate.parameters import VISITS, Parameters
from amble.evaluation.simulate.service import NEVER, Service
from amble.evaluation.snapshot import tables as contract

LEVELS = ("none", "1-2", "3+")
GRADES = ("junior", "senior", "lead")
NOMINAL_DAYS = {"3m": 91, "6m": 182, "12m": 365}
LATE_DAYS = 14  # a visit is answered up to so many days after it was due
AFTER_LAST_SESSION = 4
STILL_OPEN = 0.1  # of the episodes without discharge scores: no discharge date either
TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "yes_no": pa.bool_(),
    "date": pa.date32(),
    "texts": pa.list_(pa.string()),
}
WORDS = pa.dictionary(pa.int8(), pa.string())


def schema(name: str) -> pa.Schema:
    """The contract's columns; texts that take few values are dictionaries in memory, plain text in the file."""
    columns = contract.tables()[name].columns
    few = {column.name for column in columns if column.values and column.type == "text"} | {
        "language",
        "instrument",
        "grade",
    }
    return pa.schema(
        [(column.name, WORDS if column.name in few else TYPES[column.type]) for column in columns]
    )


def table(name: str, columns: dict[str, pa.Array]) -> pa.Table:
    agreed = schema(name)
    return pa.table({field.name: columns[field.name] for field in agreed}, schema=agreed)


def keys(prefix: str, numbers: np.ndarray, width: int = 9) -> pa.Array:
    """Names of equal length, so that they sort as their numbers do."""
    return pc.binary_join_element_wise(
        prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0"), ""
    )


def words(codes: np.ndarray, names: tuple[str, ...], unknown: np.ndarray | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8), mask=unknown), pa.array(names))


def dates(p: Parameters, days: np.ndarray, unknown: np.ndarray | None = None) -> pa.Array:
    """Days from the first day of the window as dates."""
    origin = (p["service.first_day"] - date(1970, 1, 1)).days
    return pa.array((days + origin).astype(np.int32), mask=unknown).cast(pa.date32())


def clinicians(p: Parameters, service: Service) -> pa.Table:
    """Everybody invited, whether or not they meet a patient."""
    numbers = np.arange(len(service.clinic))
    return table(
        "clinicians",
        {
            "clinician_id": keys("t", numbers, 6),
            "clinic_id": keys("c", service.clinic, 5),
            "invited_date": dates(p, service.invited_day),
            "trained_date": dates(p, service.trained_day, service.trained_day == NEVER),
            "grade": words(numbers % len(GRADES), GRADES),
        },
    )


class BlockTables:
    """The rows of one block. What only the files hold (days of answers) is drawn here."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn, self.p, self.people = drawn, drawn.parameters, drawn.people
        self.ids = keys("e", np.arange(drawn.first, drawn.first + len(drawn)) + 1)
        self.sessions_had = drawn.counts.under(drawn.etmi)
        _, last = rhythm(self.p, self.people, self.sessions_had)
        late = np.floor(drawn.streams.uniform("dates", len(drawn), 2 + len(VISITS)) * LATE_DAYS).astype(int)
        self.discharge_day = last + late[0] % AFTER_LAST_SESSION
        still_open = drawn.streams.uniform("dates", len(drawn), 2 + len(VISITS))[1] < STILL_OPEN
        self.open = still_open & ~drawn.recorded[1].any(0)
        start = self.people.start_day
        due = [start + NOMINAL_DAYS[visit] + late[2 + t] for t, visit in enumerate(VISITS[1:])]
        self.answered_day = np.stack([start, self.discharge_day, *due])

    def episodes(self) -> pa.Table:
        drawn, one, p = self.drawn, self.people, self.p
        unknown = one.unknown
        return table(
            "episodes",
            {
                "episode_id": self.ids,
                "patient_id": keys("p", np.arange(drawn.first, drawn.first + len(drawn)) + 1),
                "clinic_id": keys("c", drawn.service.clinic[one.clinician], 5),
                "clinician_id": keys("t", one.clinician, 6),
                "arm": words(drawn.etmi, ARMS),
                "start_date": dates(p, one.start_day),
                "discharge_date": dates(p, self.discharge_day, self.open),
                "age_years": pa.array(one.age),
                "sex": words(one.sex, SEXES, unknown["sex"]),
                "depression": pa.array(one.depression, mask=unknown["depression"]),
                "anxiety": pa.array(one.anxiety, mask=unknown["anxiety"]),
                "activity_level": words(one.activity, LEVELS, unknown["activity_level"]),
                "symptom_months": pa.array(one.symptom_months, mask=unknown["symptom_months"]),
                "deprivation_quintile": pa.array(one.deprivation, mask=unknown["deprivation_quintile"]),
                "language": words(one.language, tuple(p["people.languages"]), unknown["language"]),
            },
        )

    def scores(self) -> pa.Table:
        """In order of episodes, visits and measures."""
        drawn = self.drawn
        scores, activity = drawn.courses.under(drawn.etmi)
        measured = np.concatenate([drawn.courses.start[:, None], scores], axis=1) / 10
        levels = np.concatenate([self.people.activity[None], activity])
        values = np.concatenate([measured, levels[None]]).transpose(2, 1, 0)  # (n, visits, measures)
        seen = np.ascontiguousarray(drawn.recorded.transpose(2, 0, 1))
        episode, visit, measure = np.nonzero(seen)
        return table(
            "scores",
            {
                "episode_id": self.ids.take(pa.array(episode)),
                "measure": words(measure, MEASURED),
                "instrument": words(measure, tuple(INSTRUMENTS[name] for name in MEASURED)),
                "visit": words(visit, ("baseline", *VISITS)),
                "date": dates(self.p, self.answered_day[visit, episode]),
                "value": pa.array(np.ascontiguousarray(values[seen])),
            },
        )

    def sessions(self) -> pa.Table:
        had = contacts(self.p, self.people, self.drawn.etmi, self.sessions_had, self.drawn.streams)
        lists = {arm: self.p["contacts.modalities"][arm] for arm in ARMS}
        modalities = pa.array([*lists[ARMS[0]], *lists[ARMS[1]]], TYPES["texts"])
        return table(
            "sessions",
            {
                "episode_id": self.ids.take(pa.array(had.episode)),
                "number": pa.array(had.number),
                "date": dates(self.p, had.day),
                "minutes": pa.array(had.minutes),
                "arm": words(had.etmi, ARMS),
                "modalities": modalities.take(pa.array(had.modalities + len(lists[ARMS[0]]) * had.etmi)),
                "fidelity": pa.array(had.fidelity, mask=np.isnan(had.fidelity)),
            },
        )
