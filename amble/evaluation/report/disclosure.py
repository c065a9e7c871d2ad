"""What may leave the building. Every table, estimate and sentence of a report passes through `release`.

Counts from 1 to `suppress_up_to` are hidden, so are those from which they could be worked out, and everything that
was computed from a hidden count. What remains is rounded when the study says so. See docs/methods/disclosure.md.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from amble.evaluation.estimators.degrees_of_freedom import AVERAGE, FEWEST
from amble.evaluation.marks import MARK, percent
from amble.evaluation.report.model import Report, Share
from amble.evaluation.report.unknowns import Relation, hide
from amble.evaluation.results import Answer, Cell, Estimate, Table
from amble.evaluation.study.model import Disclosure

HIDDEN = "hidden"


def small(rule: Disclosure) -> str:
    """How a hidden small count is written."""
    return f"≤{rule.suppress_up_to}"


def hidden(cell: Cell) -> bool:
    """Whether disclosure control took this cell away."""
    return isinstance(cell, str) and (cell == HIDDEN or re.fullmatch(r"≤\d+", cell) is not None)


def rounded(count: int, rule: Disclosure) -> int:
    return rule.round_to * math.floor(count / rule.round_to + 0.5)


def release_report(report: Report) -> Report:
    """The report as people outside may see it."""
    rule = report.study.disclosure
    return replace(
        report,
        answers=tuple(release(answer, rule) for answer in report.answers),
        flow=report.flow and release_table(report.flow, rule),
        balance=report.balance and release_table(report.balance, rule),
        warnings=_sentences(report.warnings, set(), rule),
    )


def release(answer: Answer, rule: Disclosure) -> Answer:
    """Tables released; estimates from too few people withheld; sentences that name a hidden count left out."""
    estimates = release_estimates(answer.estimates, rule)
    taken = _withheld_numbers(answer.estimates, estimates)
    tables = tuple(_without(release_table(table, rule), taken) for table in answer.tables)
    gone = _hidden_counts(answer, tables, estimates)
    withheld = {
        before.meaning
        for before, after in zip(answer.estimates, estimates, strict=True)
        if before.meaning and before.meaning != after.meaning
    }
    said = tuple(text for text in answer.sentences if not any(meaning in text for meaning in withheld))
    sentences, warnings = _sentences(said, gone, rule), _sentences(answer.warnings, gone, rule)
    estimates = tuple(
        replace(
            e, warnings=_sentences(e.warnings, gone, rule), meaning=_sentences((e.meaning,), gone, rule)[0]
        )
        for e in estimates
    )
    if len(said) < len(answer.sentences):
        warnings += (f"What would name a group of {rule.suppress_up_to} or fewer is left out here.",)
    return replace(answer, tables=tables, estimates=estimates, sentences=sentences, warnings=warnings)


def release_table(table: Table, rule: Disclosure) -> Table:
    """The same table with counts hidden or rounded, and with what was derived from hidden counts hidden."""
    place = {
        (r, column): table.rows[r][table.columns.index(column)]
        for column in table.counts
        for r in range(len(table.rows))
    }
    cells = [key for key, value in place.items() if _is_number(value)]
    index = {key: i for i, key in enumerate(cells)}
    relations = _relations(table, index)
    first, further = hide([round(place[key]) for key in cells], relations, rule.suppress_up_to)
    new: dict[tuple[int, str], Cell] = {key: rounded(round(place[key]), rule) for key in cells}
    new |= {cells[i]: small(rule) for i in first} | {cells[i]: HIDDEN for i in further}
    for column, count in table.derived.items():
        for r in range(len(table.rows)):
            value = table.rows[r][table.columns.index(column)]
            if (r, count) in index and value is not None:
                wholes = [cells[rel.whole] for rel in relations if index[r, count] in rel.parts]
                new[r, column] = _derived(value, place, new, (r, count), wholes)
    few = {
        r
        for key in cells
        for r in key[:1]
        if new[key] in (small(rule), HIDDEN) and place[key] <= rule.suppress_up_to
    }
    free = [column for column in table.columns if column not in table.derived and column not in table.counts]
    for r in few:
        row = dict(zip(table.columns, table.rows[r], strict=True))
        new |= {(r, column): HIDDEN for column in free if isinstance(row[column], float)}
    rows = tuple(
        tuple(new.get((r, column), cell) for column, cell in zip(table.columns, row, strict=True))
        for r, row in enumerate(table.rows)
    )
    return replace(table, rows=rows, note=" ".join(filter(None, (table.note, _note(rows, rule)))))


def release_estimates(estimates: Iterable[Estimate], rule: Disclosure) -> tuple[Estimate, ...]:
    """Withheld where an arm counts too few; counts of subgroups hidden so that none follows from the others.

    Degrees of freedom say almost how many people there were, so they are hidden with the counts.
    """
    before = list(estimates)
    estimates = list(before)
    for arm in ("n_etmi", "n_usual_care"):
        counts = {i: getattr(e, arm) for i, e in enumerate(estimates) if getattr(e, arm) is not None}
        index = {i: k for k, i in enumerate(counts)}
        _, further = hide(list(counts.values()), _subgroups(estimates, index), rule.suppress_up_to)
        for i, k in index.items():
            if 1 <= counts[i] <= rule.suppress_up_to:
                estimates[i] = _withheld(estimates[i], rule)
            elif k in further:
                estimates[i] = replace(estimates[i], **{arm: None}, df=None)
            elif getattr(estimates[i], arm) is not None:
                estimates[i] = replace(estimates[i], **{arm: rounded(counts[i], rule)})
    return tuple(
        after if after.visit != AVERAGE or _averages_told(e, before, rule) else _withheld(after, rule)
        for e, after in zip(before, estimates, strict=True)
    )


def _averages_told(average: Estimate, every: Iterable[Estimate], rule: Disclosure) -> bool:
    """Whether all visits in an average (mmrm-11) are told: one that is not would follow from the others."""
    fewer = [
        min(e.n_etmi, e.n_usual_care)
        for e in every
        if _family(e) == _family(average) and e.subgroup == average.subgroup and e.visit != AVERAGE
        if e.estimate is not None and e.n_etmi is not None and e.n_usual_care is not None
    ]
    return not any(FEWEST <= n <= rule.suppress_up_to for n in fewer)


# (whole, part, whether others are left) among the shares: what stands in one is in another, too.
AMONG_SHARES = (
    (("patients_receiving", "", "count"), ("patients_receiving_when_trained", "", "count"), True),
    (("patients_receiving", "", "of"), ("patients_receiving_when_trained", "", "of"), True),
    (("patients_receiving", "", "count"), ("outcomes_complete_by_arm", "etmi", "of"), False),
    (("patients_receiving", "", "of"), ("outcomes_complete", "", "of"), False),
    (("clinicians_trained", "", "count"), ("clinicians_delivering", "", "of"), False),
)


def release_shares(shares: Mapping[str, Share | Mapping[str, Share]], rule: Disclosure) -> dict:
    """The implementation numbers as results.json has them: count, of, share; None where hidden."""
    flat = {(name, arm): s for name, value in shares.items() for arm, s in _by_arm(value).items()}
    counts = {(*key, what): n for key, s in flat.items() for what, n in (("count", s.part), ("of", s.whole))}
    place = {key: at for at, key in enumerate(counts)}
    known = [(place[*key, "of"], [place[*key, "count"]], True) for key in flat]
    for name, arm, what in counts:
        parts = [at for (other, _, cell), at in place.items() if (other, cell) == (f"{name}_by_arm", what)]
        known += [(place[name, arm, what], parts, False)] * bool(parts)
    known += [(place[a], [place[b]], rest) for a, b, rest in AMONG_SHARES if a in place and b in place]
    relations = [Relation(whole, tuple(parts), with_rest=rest) for whole, parts, rest in known]
    gone = set.union(*hide(list(counts.values()), relations, rule.suppress_up_to))
    out: dict = {}
    for name, arm in flat:
        part, whole = (
            None if place[name, arm, what] in gone else rounded(counts[name, arm, what], rule)
            for what in ("count", "of")
        )
        share = None if part is None or not whole else min(part / whole, 1.0)
        said = {"count": part, "of": whole, "share": share}
        if arm:
            out.setdefault(name, {})[arm] = said
        else:
            out[name] = said
    return out


def _by_arm(value: Share | Mapping[str, Share]) -> Mapping[str, Share]:
    return {"": value} if isinstance(value, Share) else value


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _relations(table: Table, index: Mapping[tuple[int, str], int]) -> list[Relation]:
    """Every sum that a reader of the table knows (disclosure-1)."""
    sums: list[tuple] = []  # whole, parts, with a rest, whole first
    others = [c for c in table.counts if c != table.total_column and c not in table.parts]
    for r in range(len(table.rows)):
        if table.total_column:
            sums.append(((r, table.total_column), [(r, column) for column in others], False, False))
        sums += [((r, whole), [(r, part)], True, False) for part, whole in table.parts.items()]
    for column in table.counts:
        sums += [
            ((r, column), [(q, column) for q in rows], False, False) for r, rows in table.total_rows.items()
        ]
        sums += [
            ((q, column), [(r, column)], True, True) for r in table.nested_rows for q in _before(table, r)
        ]
    return [
        Relation(index[whole], tuple(index[part] for part in parts if part in index), *how)
        for whole, parts, *how in sums
        if whole in index and any(part in index for part in parts)
    ]


def _before(table: Table, row: int) -> Iterator[int]:
    """All rows that a row is a part of: two exclusions of few people are also one of few."""
    while row in table.nested_rows:
        row = table.nested_rows[row]
        yield row


def _subgroups(estimates: list[Estimate], index: Mapping[int, int]) -> list[Relation]:
    """Everybody is the sum of the groups of each variable, and of those in none of them, if there are any."""
    families: dict[tuple, dict[str, list[int]]] = {}
    for i, e in enumerate(estimates):
        if i in index:
            variable = "" if e.subgroup is None else e.subgroup.partition("=")[0].strip()
            families.setdefault((e.visit, *_family(e)), {}).setdefault(variable, []).append(index[i])
    return [
        Relation(family[""][0], tuple(groups))
        for family in families.values()
        for variable, groups in family.items()
        if variable and "" in family
    ]


def _family(e: Estimate) -> tuple[str, ...]:
    return e.outcome, e.contrast, e.method, e.estimand


def _derived(value: Cell, exact: Mapping, new: Mapping, key: tuple[int, str], wholes: list) -> Cell:
    """Hidden with its count or with what that count is a part of; a share is computed anew from rounded counts."""
    if any(isinstance(new[cell], str) for cell in (key, *wholes)):
        return HIDDEN
    changed = any(new[cell] != exact[cell] for cell in (key, *wholes))
    for whole in wholes if changed and _is_number(value) else ():
        if exact[whole] and new[whole]:
            for scale, precision in ((1, 0.0006), (100, 0.06)):
                if abs(value - scale * exact[key] / exact[whole]) <= precision:
                    return min(scale * new[key] / new[whole], scale)
    return value


def _withheld(estimate: Estimate, rule: Disclosure) -> Estimate:
    why = f"Not shown: one of the two groups has {rule.suppress_up_to} people or fewer."
    nothing = dict.fromkeys(
        ("estimate", "se", "ci_low", "ci_high", "df", "p", "n_etmi", "n_usual_care"), None
    )
    return replace(estimate, **nothing, meaning=why, warnings=(why,))


def _withheld_numbers(before: Iterable[Estimate], after: Iterable[Estimate]) -> set[float]:
    """What an estimate that is not shown had said: no table of the answer may say it either."""
    named = ("estimate", "se", "ci_low", "ci_high", "p")
    gone = (
        old
        for old, new in zip(before, after, strict=True)
        if old.estimate is not None and new.estimate is None
    )
    return {value for old in gone for name in named if isinstance(value := getattr(old, name), float)} - {
        0.0,
        1.0,
    }


def _without(table: Table, taken: set[float]) -> Table:
    if not taken:
        return table
    rows = tuple(
        tuple(HIDDEN if isinstance(c, float) and c in taken else c for c in row) for row in table.rows
    )
    return replace(table, rows=rows)


def _hidden_counts(answer: Answer, tables: tuple[Table, ...], estimates: tuple[Estimate, ...]) -> set[int]:
    """The counts of this answer that no sentence may name either."""
    gone = set()
    for before, after in zip(answer.tables, tables, strict=True):
        for old, new in zip(before.rows, after.rows, strict=True):
            named = zip(before.columns, old, new, strict=True)
            gone |= {round(o) for c, o, n in named if c in before.counts and hidden(n) and _is_number(o)}
    for before, after in zip(answer.estimates, estimates, strict=True):
        for arm in ("n_etmi", "n_usual_care"):
            if getattr(after, arm) is None and getattr(before, arm):
                gone.add(getattr(before, arm))
    return gone


def _sentences(texts: tuple[str, ...], gone: set[int], rule: Disclosure) -> tuple[str, ...]:
    """The sentences with their marked counts rounded, or in words where they are small or hidden elsewhere."""
    return tuple(MARK.sub(lambda mark: _said(mark, gone, rule), text) for text in texts)


def _said(mark: re.Match, gone: set[int], rule: Disclosure) -> str:
    part, whole = int(mark[1]), int(mark[2]) if mark[2] else None
    counts = [part] if whole is None else [part, whole, whole - part]
    if any(1 <= count <= rule.suppress_up_to or count in gone for count in counts):
        return (
            f"{rule.suppress_up_to} or fewer"
            if whole is None and part <= rule.suppress_up_to
            else "(not shown)"
        )
    if whole is None:
        return f"{rounded(part, rule):,}"
    return percent(rounded(part, rule) / rounded(whole, rule)) if whole else "none"


def _note(rows: tuple[tuple[Cell, ...], ...], rule: Disclosure) -> str:
    cells = {cell for row in rows for cell in row if isinstance(cell, str)}
    notes = []
    if small(rule) in cells:
        notes.append(f"{small(rule)}: between 1 and {rule.suppress_up_to}.")
    if HIDDEN in cells:
        notes.append("hidden: would give a small number away.")
    if rule.round_to > 1:
        notes.append(f"Counts are rounded to the nearest {rule.round_to} and may not add up.")
    return " ".join(notes)
