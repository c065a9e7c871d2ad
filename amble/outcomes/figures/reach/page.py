"""Reach: who is invited, trained, delivering; who is eligible, offered, receiving, complete; and where it leaks.

The shares are those of the report's `implementation`: the same numbers stand in report.html and results.json.
Referrals in which care has not begun are told beside the steps: the study's denominator begins with care.
"""

from collections.abc import Iterator

from amble.evaluation.marks import people, share
from amble.evaluation.report.disclosure import hidden, release_table
from amble.evaluation.results import Answer, Cell, Table
from amble.outcomes.figures.jointly import Cells, Shown
from amble.outcomes.figures.reach import groups, leaks, release, tables
from amble.outcomes.figures.reach.counts import Reach
from amble.outcomes.figures.reach.steps import Step, published, reference, steps
from amble.outcomes.figures.words import percent, said, said_share
from amble.outcomes.material import Material
from amble.outcomes.told import Told

QUESTION = "Who is reached, and where are people lost?"
ASSUMPTIONS = (
    "Eligible: care began, with the age and the duration of pain that the study file asks for. A duration that was not "
    "recorded does not exclude.",
    "Offered is a lower bound: where nobody noted whether ETMI was offered, it counts as not offered.",
    "Waiting, declined and withdrawn referrals are not among the eligible. The study counts patients who were seen.",
    "Outcomes complete: the first outcome of the study file is known at the start and at its first visit.",
)
COLUMNS = (
    *("step", "name", "whose", "count", "percent", "of", "percent_of_first"),
    *("the ETMI study", "study_count", "study_percent", "the study says", "RE-AIM says"),
)


def sections(material: Material) -> Iterator[Told]:
    reach, shown = release.of(material)
    yield _service(material, reach, shown)
    for clinic in sorted(material.own_clinics, key=material.own_clinics.__getitem__):
        if (clinic, "all") in shown and not hidden(shown[clinic, "all"][None]["eligible"]):
            yield _clinic(material, reach.of_clinic(clinic), shown, clinic)
    yield groups.section(material)


def _service(material: Material, reach: Reach, shown: Shown) -> Told:
    staff = _staff_released(reach, material)
    where = leaks.table(reach)
    answer = Answer(
        name="reach",
        question=QUESTION,
        sentences=(
            *_received(reach),
            *leaks.sentences(reach),
            *_on_the_way(reach, staff),
            *_beside(material, reach),
        ),
        tables=(
            _funnel("reach_steps", staff | _patients(shown[None, "all"][None])),
            where,
            *tables.of_service(material, shown),
            _waiting(reach),
        ),
        figures=(
            tables.funnel_figure("reach_steps"),
            tables.where_figure(where.name),
            *tables.service_figures(),
        ),
        assumptions=(*ASSUMPTIONS, *leaks.ASSUMPTIONS),
    )
    return Told("reach", answer, more={"headline": list(_headline(reach))})


def _clinic(material: Material, own: Reach, shown: Shown, clinic: str) -> Told:
    """Staff are counted as they are: these leads know their colleagues by name (docs/methods/disclosure.md)."""
    cells, service = shown[clinic, "all"][None], _patients(shown[None, "all"][None])
    answer = Answer(
        name="reach_clinic",
        question="Who is reached in this clinic, and where are people lost?",
        sentences=tuple(_clinic_said(cells, service)),
        tables=(
            _funnel("reach_steps_clinic", _staff(own) | _patients(cells)),
            *tables.of_clinic(material, shown, own, clinic),
            _waiting(own),
        ),
        figures=(
            tables.funnel_figure("reach_steps_clinic"),
            tables.quarter_figure(),
        ),
        assumptions=ASSUMPTIONS,
    )
    return Told("reach", answer, clinic=clinic, more={"headline": list(_clinic_headline(cells))})


# The steps


def _staff(reach: Reach) -> dict[str, Cell]:
    counted = (len(reach.staff), len(reach.trained), len(reach.delivering))
    names = ("clinicians_invited", "clinicians_trained", "clinicians_delivering")
    return dict(zip(names, counted, strict=True)) if reach.staff else {}


def _staff_released(reach: Reach, material: Material) -> dict[str, Cell]:
    counts = _staff(reach)
    table = Table("staff", "", ("step", "n"), tuple(counts.items()), counts=("n",), nested_rows={1: 0, 2: 1})
    return dict(release_table(table, material.study.disclosure).rows) if counts else {}


def _patients(cells: Cells) -> dict[str, Cell]:
    named = {
        "patients_eligible": "eligible",
        "patients_receiving": "receiving",
        "patients_completed": "completed",
        "outcomes_complete": "complete",
    }
    return {name: cells[kept] for name, kept in named.items() if kept in cells} | {
        "patients_offered": release.offered(cells)
    }


def _funnel(name: str, counts: dict[str, Cell]) -> Table:
    """Every step that was counted, released, with its share of the step before and of the first."""
    ref = reference()
    return Table(
        name=name,
        title="The steps, from invited to complete",
        columns=COLUMNS,
        rows=tuple(_row(step, counts) for step in steps().values() if step.name in counts),
        note=f"{ref.name} is a reference, not ours: {ref.cite}. It does not say {ref.not_published}.",
    )


def _row(step: Step, counts: dict[str, Cell]) -> tuple[Cell, ...]:
    here = counts[step.name]
    return (
        *(step.words, step.name, "patients" if step.of_patients else "physiotherapists", here),
        *(percent(here, counts[step.of]) if step.of else None, step.of_words),
        percent(here, counts[step.first]),
        *(published(step, step.first) if step.of else None, step.study_count, published(step, step.of)),
        *(step.study_calls, step.re_aim_calls),
    )


# Words


def _received(reach: Reach) -> Iterator[str]:
    every = reach.totals
    if not every["eligible"]:
        yield "No eligible patient has begun care yet, so nothing can be said of reach."
        return
    ref, step = reference(), steps()
    theirs = published(step["patients_receiving"], "patients_eligible")
    part, whole = step["patients_receiving"].study_count, step["patients_eligible"].study_count
    yield (
        f"{share(every['receiving'], every['eligible'])} of {people(every['eligible'])} eligible patients received "
        f"ETMI. For comparison, {ref.name} ({ref.short}): {part:,} of {whole:,} patients, {theirs:.0f}%."
    )
    at_risk, then = every["eligible"] - every["before"], every["receiving"] - every["receiving_before"]
    if at_risk:
        yield (
            f"Of the {people(at_risk)} whose physiotherapist was trained by the day their care began, "
            f"{share(then, at_risk)} received it"
            f"{'' if every['receiving_before'] else ': before that day nobody had it'}."
        )


def _on_the_way(reach: Reach, staff: dict[str, Cell]) -> Iterator[str]:
    """staff: released, so that a sentence tells no more than the steps."""
    every = reach.totals
    if staff:
        invited, trained, delivering = staff.values()
        yield (
            f"{said(trained)} of {said(invited)} invited physiotherapists were trained "
            f"({said_share(trained, invited)}), and {said(delivering)} of these gave ETMI at least once "
            f"({said_share(delivering, trained) if reach.trained else 'none'})."
        )
    if not every["eligible"]:
        return
    unsaid = every["nobody_said"]
    yield (
        f"ETMI was offered to at least {share(every['offered'], every['eligible'])} of the eligible. Whether it "
        f"was offered was not noted for {share(unsaid, every['eligible'])}. Of those who started ETMI, "
        f"{share(every['completed'], every['receiving']) if every['receiving'] else 'none'} completed it."
    )
    usual = every["eligible"] - every["receiving"]
    arms = [
        (every["etmi_complete"], every["receiving"], "ETMI"),
        (every["complete"] - every["etmi_complete"], usual, "usual care"),
    ]
    each = [f"{share(complete, n)} with {arm}" for complete, n, arm in arms if n]
    yield f"Outcomes are complete for {share(every['complete'], every['eligible'])}: {' and '.join(each)}."


def _clinic_said(own: Cells, service: dict[str, Cell]) -> Iterator[str]:
    """From released numbers only, so that nothing hidden is said."""
    ours = percent(own["receiving"], own["eligible"])
    theirs = percent(service["patients_receiving"], service["patients_eligible"])
    if isinstance(ours, float) and isinstance(theirs, float):
        yield (
            f"{ours:.0f}% of {people(own['eligible'])} eligible patients of this clinic received ETMI; "
            f"in the whole service it is {theirs:.0f}%."
        )
    if any(hidden(own[name]) for name in ("eligible", "before", "receiving", "receiving_before")):
        return
    at_risk, then = own["eligible"] - own["before"], own["receiving"] - own["receiving_before"]
    if at_risk:
        yield (
            f"Of the {people(at_risk)} whose physiotherapist was trained by the day their care began, "
            f"{share(then, at_risk)} received it."
        )


def _beside(material: Material, reach: Reach) -> Iterator[str]:
    waiting, declined = (sum(row[name] for row in reach.waiting.values()) for name in ("waiting", "declined"))
    if waiting or declined:
        yield (
            f"Beside these, {people(waiting)} referrals wait for care to begin and {people(declined)} were declined. "
            "They are not among the eligible."
        )
    other = {cell["clinic_id"] for cell in reach.cells} - set(material.own_clinics)
    if other:
        n = sum(cell["eligible"] for cell in reach.cells if cell["clinic_id"] in other)
        yield (
            f"{people(n)} of the eligible were seen at clinics that do not use Amble; "
            "whether ETMI was offered there is not known."
        )


def _headline(reach: Reach) -> Iterator[dict[str, str]]:
    every = reach.totals
    if not every["eligible"]:
        return
    yield {
        "name": "patients_receiving",
        "value": share(every["receiving"], every["eligible"]),
        "words": f"of {people(every['eligible'])} eligible patients received ETMI.",
    }
    if worst := leaks.biggest(reach):
        yield {
            "name": "biggest_leak",
            "value": "",
            "words": f"The biggest leak: {worst.sentence}",
            "to": "leaks",
        }


def _clinic_headline(own: Cells) -> Iterator[dict[str, str]]:
    """From released numbers only. The lists are of today, and say more than a number could."""
    if own["eligible"] and not hidden(own["eligible"]) and not hidden(own["receiving"]):
        yield {
            "name": "patients_receiving",
            "value": share(own["receiving"], own["eligible"]),
            "words": f"of {people(own['eligible'])} eligible patients of this clinic received ETMI.",
            "to": "leaks",
        }


def _waiting(reach: Reach) -> Table:
    named = {
        "waiting": "Waiting for care to begin",
        "declined": "Declined",
        "withdrawn": "Withdrawn before care began",
    }
    rows = tuple((words, sum(row[name] for row in reach.waiting.values())) for name, words in named.items())
    return Table(
        name="reach_waiting",
        title="Referrals in which care has not begun",
        columns=("state", "referrals"),
        rows=rows,
        counts=("referrals",),
        note="Counted beside the steps, not among the eligible.",
        folded=True,
    )
