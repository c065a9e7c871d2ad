"""What is counted for reach, defined once: from eligible patients to complete outcomes, by clinician and month.

eligible            episodes in which care began, of the age and duration that the study asks for
offered             of the eligible: ETMI was offered; who had ETMI was offered it. A lower bound: "nobody said" is no
receiving           of the offered: ETMI began (`patients_receiving` of the report)
declined_offer      of the eligible: offered, and other care began: offered - receiving
completed           of the receiving: care ended with a discharge
complete            of the eligible: first outcome known at the start and at the first visit (`outcomes_complete`)
before              of the eligible: care began before the patient's own physiotherapist was trained, or they never were
receiving_before    of the receiving: the same

`patients_receiving_when_trained` of the report is (receiving - receiving_before) of (eligible - before).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from amble.outcomes.figures.counting import rows
from amble.outcomes.material import Material

COUNTS = ("eligible", "offered", "receiving", "completed", "complete", "before", "receiving_before")
PART_OF = {
    "offered": "eligible",
    "receiving": "offered",
    "declined_offer": "offered",
    "completed": "receiving",
    "complete": "eligible",
    "before": "eligible",
    "receiving_before": "receiving",
}

# One row per eligible episode; the rules are those of evaluation/cohort.
EPISODES = """
CREATE OR REPLACE TEMP VIEW reach_episodes AS
SELECT e.*, strftime(date_trunc('month', e.start_date), '%Y-%m-%d') AS month, e.arm = 'etmi' AS has_etmi,
       r.etmi_offered AS said, coalesce(k.trained_date <= e.start_date, false) AS trained,
       e.discharge_date IS NOT NULL AS ended, c.episode_id IS NOT NULL AS is_complete
FROM episodes e
LEFT JOIN (SELECT episode_id, etmi_offered FROM referrals) r USING (episode_id)
LEFT JOIN (SELECT clinician_id, trained_date FROM clinicians) k USING (clinician_id)
LEFT JOIN (
    SELECT episode_id FROM scores
    WHERE measure = {measure} AND visit IN ('baseline', {visit}) AND instrument = (
        SELECT instrument FROM scores WHERE measure = {measure} {chosen} GROUP BY instrument
        ORDER BY count(*) FILTER (visit = 'baseline') DESC, count(*) DESC, instrument LIMIT 1)
    GROUP BY episode_id HAVING count(DISTINCT visit) = 2) c USING (episode_id)
WHERE e.age_years >= {age} AND (e.symptom_months IS NULL OR e.symptom_months >= {months})
"""
COUNTED = """
SELECT clinic_id, clinician_id, month, count(*) AS eligible,
       count(*) FILTER (has_etmi OR said) AS offered, count(*) FILTER (has_etmi) AS receiving,
       count(*) FILTER (NOT has_etmi AND said) AS declined_offer,
       count(*) FILTER (has_etmi AND ended) AS completed, count(*) FILTER (is_complete) AS complete,
       count(*) FILTER (NOT trained) AS before, count(*) FILTER (has_etmi AND NOT trained) AS receiving_before,
       count(*) FILTER (NOT has_etmi AND trained AND said) AS offered_other,
       count(*) FILTER (NOT has_etmi AND trained AND NOT said) AS not_offered,
       count(*) FILTER (NOT has_etmi AND trained AND said IS NULL) AS unsaid_trained,
       count(*) FILTER (NOT has_etmi AND said IS NULL) AS nobody_said,
       count(*) FILTER (has_etmi AND is_complete) AS etmi_complete
FROM reach_episodes GROUP BY ALL ORDER BY ALL
"""
# The bridge also writes those who treat patients but were never invited: without either day.
STAFF = """
SELECT clinic_id, clinician_id, coalesce(invited_date, trained_date) AS invited_date, trained_date
FROM clinicians WHERE coalesce(invited_date, trained_date) IS NOT NULL ORDER BY ALL"""
WAITING = """
SELECT clinic_id, count(*) FILTER (status = 'referred') AS waiting,
       count(*) FILTER (status = 'declined') AS declined, count(*) FILTER (status = 'withdrawn') AS withdrawn
FROM referrals WHERE start_date IS NULL GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Clinician:
    clinic: str
    clinician: str
    invited: date
    trained: date | None


@dataclass(frozen=True)
class Reach:
    """cells: one per clinic, clinician and month of start (its first day), with all counts.

    staff: the invited physiotherapists.
    waiting: clinic -> referrals in which care has not begun: waiting, declined, withdrawn.
    """

    cells: tuple[Mapping, ...]
    staff: tuple[Clinician, ...]
    waiting: Mapping[str, Mapping[str, int]]

    def of_clinic(self, clinic: str) -> "Reach":
        return Reach(
            tuple(cell for cell in self.cells if cell["clinic_id"] == clinic),
            tuple(one for one in self.staff if one.clinic == clinic),
            {clinic: self.waiting[clinic]} if clinic in self.waiting else {},
        )

    @property
    def totals(self) -> dict[str, int]:
        """All counts, with `etmi_complete` (of the receiving) and `nobody_said` (others, nobody noted an offer)."""
        return added(self.cells, (*COUNTS, "etmi_complete", "nobody_said"))

    @property
    def trained(self) -> tuple[Clinician, ...]:
        return tuple(one for one in self.staff if one.trained)

    @property
    def delivering(self) -> tuple[Clinician, ...]:
        """Trained, and at least one eligible patient received ETMI from them."""
        gave = {cell["clinician_id"] for cell in self.cells if cell["receiving"]}
        return tuple(one for one in self.trained if one.clinician in gave)


def count(material: Material) -> Reach:
    """All counts of one night. The view `reach_episodes` stays for those who count by other groups."""
    study = material.study
    measure = study.measured[0] if study.measured else ""
    instrument = study.instruments.get(measure)
    words = {
        "measure": _quoted(measure),
        "visit": _quoted(study.visits[0]),
        "chosen": f"AND instrument = {_quoted(instrument)}" if instrument else "",
        "age": int(study.cohort.min_age_years),
        "months": int(study.cohort.min_symptom_months),
    }
    material.con.execute(EPISODES.format(**words))
    return Reach(
        rows(material, COUNTED),
        tuple(Clinician(*row.values()) for row in rows(material, STAFF)),
        {row.pop("clinic_id"): row for row in rows(material, WAITING)},
    )


def added(cells: Iterable[Mapping], names: Iterable[str] = COUNTS) -> dict[str, int]:
    cells = list(cells)
    return {name: sum(cell[name] for cell in cells) for name in names}


def where_they_went(reach: Reach) -> dict[str, int]:
    """All eligible patients, each in one way: they received ETMI, or why most likely they did not.

    began_before: care began before their physiotherapist was trained, who is by now: nothing is left to mend.
    untrained: their physiotherapist is not trained to this day.  never_delivered: trained by then, never gave ETMI.
    The rest had a physiotherapist who does give it: not_offered, offered_other (offered, and other care began),
    unsaid_trained (nobody noted whether it was offered).
    """
    gives = {one.clinician for one in reach.delivering}
    others = [cell for cell in reach.cells if cell["clinician_id"] not in gives]
    theirs = [cell for cell in reach.cells if cell["clinician_id"] in gives]
    trained = {one.clinician for one in reach.trained}
    too_early: dict[bool, int] = {True: 0, False: 0}  # by whether the physiotherapist is trained by now
    for cell in reach.cells:
        too_early[cell["clinician_id"] in trained] += cell["before"] - cell["receiving_before"]
    rest = ("not_offered", "offered_other", "unsaid_trained")
    return {
        "receiving": added(reach.cells)["receiving"],
        "began_before": too_early[True],
        "untrained": too_early[False],
        "never_delivered": sum(added(others, rest).values()),
        **added(theirs, rest),
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
