"""A physiotherapist's own figures beside the clinic's and the service's. Nobody else's: no order, no league."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.shortcuts import render

from amble.care.records.access import physiotherapist_page
from amble.evaluation.report.disclosure import hidden
from amble.evaluation.report.numbers import cell, decimals, label
from amble.evaluation.results import Table
from amble.outcomes import pseudonyms
from amble.outcomes.models import Night
from amble.outcomes.nightly.latest import latest
from amble.outcomes.told import opened

from .stored import CLINICIAN

BY_CLINICIAN = "_by_clinician"


@dataclass(frozen=True)
class Mine:
    """columns: rows of the stored table, one's own first.  rows: what is counted, with each one's text."""

    table: Table
    columns: list[int]
    rows: list[tuple[str, list[tuple[str, bool]]]]

    @property
    def sums(self) -> list[str]:
        """Beside whom one's own number stands: the clinic, the whole service."""
        at = self.table.columns.index(CLINICIAN)
        return [label(self.table.rows[row][at]) for row in self.columns[1:]]


@physiotherapist_page
def show(request):
    now = latest()
    me = pseudonyms.clinician(request.user.pk, request.clinic.pk)
    found = list(_of(now.night, request.clinic, me)) if now.night else []
    return render(request, "outcomes/mine.html", {"latest": now, "found": found})


def _of(night: Night, clinic, me: str) -> Iterator[Mine]:
    for kept in night.sections.filter(clinic=clinic):
        for table in opened(kept.content)[0].tables:
            if table.name.endswith(BY_CLINICIAN):
                at = table.columns.index(CLINICIAN)
                own = [r for r, row in enumerate(table.rows) if row[at] == me and r not in table.total_rows]
                if own:
                    yield _mine(table, own[0], at)


def _mine(table: Table, own: int, at: int) -> Mine:
    """The table turned: a line for each of its columns."""
    columns = [own, *sorted(table.total_rows)]
    rows = []
    for k, name in enumerate(table.columns):
        if k != at:
            cells = [table.rows[row][k] for row in columns]
            places = decimals(cells)
            rows.append((label(name), [(cell(one, name, places), hidden(one)) for one in cells]))
    return Mine(table, columns, rows)
