"""A section of a page, and how it is kept: an answer as every analysis gives it, released, with its pictures drawn.

What the overview says of a page comes from `more["headline"]`, a list of
    {"name": "patients_receiving", "value": share(700, 4193), "words": "One sentence that ends.", "to": "leak-list"}
name: a word of GLOSSARY.md or an outcome.  value: short, shown large ("17%"); may be "".  to: the name of an address
where something can be done, or absent.  Counts in value and words are marked as in evaluation/marks.py: they are
released with the section's tables, and what would name a hidden count is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from amble.evaluation.report.charts import draw
from amble.evaluation.report.disclosure import release
from amble.evaluation.report.writing import with_doubts
from amble.evaluation.results import Answer, Convergence, Estimate, Figure, Table
from amble.evaluation.study.model import Disclosure

PAGES = ("reach", "fidelity", "completeness", "effect", "for_whom", "cost", "prognosis")


@dataclass(frozen=True)
class Told:
    """An answer for one page, before disclosure control. clinic: its pseudonym; None for the whole service.

    more: what a page needs besides (a model for new patients, the numbers behind a planner): JSON, no rows of people.
    Only its "headline" passes disclosure control; whatever else is in it must be safe to tell as it stands.
    """

    page: str
    answer: Answer
    clinic: str | None = None
    more: Mapping[str, Any] | None = None


def stored(told: Told, rule: Disclosure, confidence: float = 0.95) -> dict[str, Any]:
    """Released and drawn, as JSON. `opened` brings it back; `confidence` is that of its intervals."""
    answer = release(with_doubts(told.answer), rule)
    tables = {table.name: table for table in answer.tables}
    pictures = {figure.name: draw(figure, tables[figure.table]) for figure in answer.figures}
    more = dict(told.more or {})
    if "headline" in more:
        more["headline"] = list(_headline(told, rule))
    kept = {"answer": _plain(asdict(answer)), "pictures": pictures, "more": _plain(more)}
    return kept | {"confidence": confidence}


def opened(content: Mapping[str, Any]) -> tuple[Answer, Mapping[str, str], Mapping[str, Any]]:
    """(answer, picture name -> SVG, more) of a stored section."""
    kept = dict(content["answer"])
    made = {"estimates": Estimate, "figures": Figure, "fits": Convergence}
    for name, kind in made.items():
        kept[name] = tuple(kind(**{**entry, **_tuples(entry)}) for entry in kept[name])
    kept["tables"] = tuple(_table(entry) for entry in kept["tables"])
    return Answer(**{**kept, **_tuples(kept)}), content["pictures"], content["more"]


def _headline(told: Told, rule: Disclosure) -> Iterator[dict[str, Any]]:
    """Each with its words released as a sentence of the answer would be; left out where that would be."""
    for entry in told.more["headline"]:
        both = f"{entry['value']}\n{entry['words']}"
        for said in release(replace(told.answer, sentences=(both,), figures=()), rule).sentences:
            value, words = said.split("\n")
            yield {**entry, "value": value, "words": words}


def _table(entry: Mapping[str, Any]) -> Table:
    numbered = {
        "total_rows": {int(row): tuple(parts) for row, parts in entry["total_rows"].items()},
        "nested_rows": {int(row): whole for row, whole in entry["nested_rows"].items()},
        "rows": tuple(tuple(row) for row in entry["rows"]),
    }
    return Table(**{**entry, **_tuples(entry), **numbered})


def _tuples(entry: Mapping[str, Any]) -> dict[str, tuple]:
    return {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}


def _plain(value: Any) -> Any:
    """NumPy numbers as Python's; JSON knows no other and no infinity."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value - value != 0 else value
