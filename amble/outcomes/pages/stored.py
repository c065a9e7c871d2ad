"""What the night stored, as a page shows it: sections laid out as in the report, tables by their names, headlines."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from amble.care.records import team
from amble.care.records.models import Clinic
from amble.evaluation.report.numbers import label
from amble.evaluation.report.page import LONGEST, PageTable, laid_out
from amble.evaluation.results import Answer, Figure, Table
from amble.outcomes import pseudonyms
from amble.outcomes.models import Night
from amble.outcomes.told import opened

CLINICIAN = "clinician"


@dataclass(frozen=True)
class Shown:
    """A table with its cells beside what they need: (text, hidden, a number, long)."""

    table: PageTable
    rows: list[list[tuple[str, bool, bool, bool]]]

    @property
    def in_file_only(self) -> bool:
        return len(self.rows) > LONGEST


@dataclass(frozen=True)
class Section:
    """Like the report's: pictures, open tables, and the tables behind them, which stand folded."""

    answer: Answer
    pictures: list[tuple[Figure, str]]
    tables: list[Shown]
    behind: list[Shown]


def sections(night: Night, page: str, clinic: Clinic | None) -> list[Section]:
    """Of the whole service, or of this clinic with its clinicians' names."""
    names = clinicians(clinic) if clinic else None
    return [section(kept.content, names) for kept in night.sections.filter(page=page, clinic=clinic)]


def table(night: Night, page: str, clinic: Clinic | None, name: str) -> Table | None:
    """The released table of this name on this page of this clinic; None if there is no such."""
    names = clinicians(clinic) if clinic else None
    for kept in night.sections.filter(page=page, clinic=clinic):
        for found in opened(kept.content)[0].tables:
            if found.name == name:
                return _with_names(found, names)
    return None


def headlines(night: Night, clinic: Clinic | None) -> Mapping[str, list[dict[str, Any]]]:
    """Page -> what it says in short, in the order of its sections; each with its name as people say it."""
    said: dict[str, list[dict[str, Any]]] = {}
    kept = night.sections.filter(clinic=clinic, content__more__has_key="headline")
    for page, headline in kept.values_list("page", "content__more__headline"):
        said.setdefault(page, []).extend(one | {"label": label(one["name"])} for one in headline)
    return said


def clinicians(clinic: Clinic) -> dict[str, str]:
    """Pseudonym -> name of everybody who works in the clinic today."""
    return {
        pseudonyms.clinician(user.pk, clinic.pk): user.name or user.email
        for user in team.physiotherapists(clinic)
    }


def section(content: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Section:
    """Content as `told.stored` makes it."""
    answer, pictures, _more = opened(content)
    named = replace(answer, tables=tuple(_with_names(found, names) for found in answer.tables))
    laid = laid_out(named, pictures, content["confidence"])
    shown = ([_shown(found) for found in half] for half in (laid.tables, laid.behind))
    return Section(named, laid.pictures, *shown)


def _shown(found: PageTable) -> Shown:
    rows = [
        [
            (label(text) if k == 0 else text, gone, column.numeric, len(text) > 24)
            for k, ((text, gone), column) in enumerate(zip(row, found.columns, strict=True))
        ]
        for row in found.rows
    ]
    return Shown(found, rows)


def _with_names(found: Table, names: Mapping[str, str] | None) -> Table:
    """A clinician's name in the place of the pseudonym, for the leads of that clinic, in the order of the names.

    Rows of sums keep their words and their places; those who have left come last.
    """
    if names is None or CLINICIAN not in found.columns:
        return found
    at, left = found.columns.index(CLINICIAN), _("has left the clinic")
    named = sorted(
        (
            (*row[:at], names.get(row[at], left), *row[at + 1 :])
            for r, row in enumerate(found.rows)
            if r not in found.total_rows
        ),
        key=lambda row: (row[at] == left, row[at]),
    )
    following = iter(named)
    rows = (row if r in found.total_rows else next(following) for r, row in enumerate(found.rows))
    return replace(found, rows=tuple(rows))
