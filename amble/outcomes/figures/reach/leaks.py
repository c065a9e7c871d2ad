"""Where the eligible patients went, which step loses most, and what mending it would bring."""

from collections.abc import Iterator
from dataclasses import dataclass

from amble.evaluation.marks import people, share
from amble.evaluation.results import Cell, Table
from amble.outcomes.figures.reach.counts import Reach, added, where_they_went

ASSUMPTIONS = (
    "What mending a leak would bring takes these patients to be like those who are compared with them, and is told for "
    "each leak by itself: the numbers do not add up.",
)
WORDS = {
    "receiving": "Received ETMI",
    "began_before": "Began before their physiotherapist was trained",
    "untrained": "Physiotherapist not trained yet",
    "never_delivered": "Trained, but never gave ETMI",
    "not_offered": "Gives ETMI, did not offer it",
    "offered_other": "Offered it, other care began",
    "unsaid_trained": "Gives ETMI, nobody noted an offer",
}


@dataclass(frozen=True)
class Leak:
    """name: as in WORDS.  patients: lost here.  rate: of them who would be reached were it mended, from 0 to 1."""

    name: str
    patients: int
    rate: float
    sentence: str

    @property
    def extra(self) -> float:
        return self.patients * self.rate


def leaks(reach: Reach) -> list[Leak]:
    """Those whose mending can be reckoned: train, deliver, offer; the one that would bring most first.

    train: as often as trained colleagues.  deliver: as often as colleagues who deliver.
    offer: accepted as often as by those who were offered it and whose answer is known.
    """
    went, rates = where_they_went(reach), _rates(reach)
    eligible = sum(went.values())
    received = went["receiving"]
    said = {
        "untrained": "patients whose physiotherapist is not trained yet. Had they been reached as often as those of "
        "trained colleagues",
        "never_delivered": "patients of trained physiotherapists who never gave ETMI. Had these delivered as often as "
        "their colleagues who do",
        "not_offered": "patients who were not offered ETMI though their physiotherapist gives it. Had they said yes as "
        "often as those who were offered it",
    }
    found = []
    for name, words in said.items():
        if went[name] and rates[name]:
            then = received + went[name] * rates[name]
            sentence = (
                f"{people(went[name])} {words}, about {people(then - received)} more would have received it: "
                f"{share(then, eligible)} instead of {share(received, eligible)}."
            )
            found.append(Leak(name, went[name], rates[name], sentence))
    return sorted(found, key=lambda leak: -leak.extra)


def biggest(reach: Reach) -> Leak | None:
    return next(iter(leaks(reach)), None)


def sentences(reach: Reach) -> Iterator[str]:
    for place, leak in zip(("The biggest leak", "The next", "Then"), leaks(reach), strict=False):
        yield f"{place}: {leak.sentence}"
    if early := where_they_went(reach)["began_before"]:
        yield (
            f"{people(early)} began before their physiotherapist was trained, who is by now: "
            "nothing is left to mend there."
        )


def table(reach: Reach) -> Table:
    went = where_they_went(reach)
    eligible, extra = sum(went.values()), {leak.name: leak for leak in leaks(reach)}
    rows: list[tuple[Cell, ...]] = [
        ("All eligible patients", eligible, 100.0 if eligible else None, None, None)
    ]
    for name, n in went.items():
        leak = extra.get(name)
        mended = (round(100 * leak.rate, 1), round(leak.extra)) if leak else (None, None)
        rows.append((WORDS[name], n, round(100 * n / eligible, 1) if eligible else None, *mended))
    return Table(
        name="reach_where",
        title="Where the eligible patients went",
        columns=("where", "patients", "percent", "percent if mended", "more patients if mended"),
        rows=tuple(rows),
        counts=("patients",),
        derived=dict.fromkeys(("percent", "percent if mended", "more patients if mended"), "patients"),
        total_rows={0: tuple(range(1, len(rows)))},
        note="Each patient stands in one row, by what is known of their own physiotherapist. "
        "If mended: reached as often as those they are compared with.",
    )


def _rates(reach: Reach) -> dict[str, float]:
    gives = {one.clinician for one in reach.delivering}
    every, theirs = added(reach.cells), [cell for cell in reach.cells if cell["clinician_id"] in gives]
    delivering = added(theirs, ("eligible", "before", "receiving", "receiving_before", "offered_other"))
    return {
        "untrained": _rate(every),
        "never_delivered": _rate(delivering),
        "not_offered": _share(delivering["receiving"], delivering["receiving"] + delivering["offered_other"]),
    }


def _rate(counts: dict[str, int]) -> float:
    """Received, of those who began after their physiotherapist's training."""
    return _share(counts["receiving"] - counts["receiving_before"], counts["eligible"] - counts["before"])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
