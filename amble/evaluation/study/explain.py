"""A study in plain words, before anything is computed: for the people who have to agree to it."""

import textwrap
from collections.abc import Iterable

from amble.evaluation.study.model import ARMS, LABELS, Study

UNITS = {"function": "points of 100", "pain": "points of 10", "fear_avoidance": "points of 100"}
VISITS = {"discharge": "discharge", "6w": "6 weeks", "3m": "3 months", "6m": "6 months", "12m": "12 months"}
COLUMNS = {
    "age_years": "age",
    "age_group": "age group",
    "depression_or_anxiety": "depression or anxiety",
    "activity_level": "activity level at start",
    "deprivation_quintile": "deprivation of the area",
}


def explain(study: Study) -> str:
    """What will be done and why, paragraph by paragraph. Nothing is computed."""
    parts = (
        ("Who", _who(study)),
        ("What is compared", _compared(study)),
        ("Outcomes", _outcomes(study)),
        ("What is adjusted for", _adjusted(study)),
        ("Scores that are missing", _missing(study)),
        ("Patients of one clinician are alike", _clustering(study)),
        ("For whom", _subgroups(study)),
        ("What would count as an answer", _answers(study)),
        ("Cost", _cost(study)),
        ("May it leave the building", _disclosure(study)),
    )
    written = [f"{title}\n{_wrapped(words)}" for title, words in parts if words]
    return "\n\n".join([study.title, *written]) + "\n"


def _who(study: Study) -> str:
    rules = study.cohort
    words = f"Episodes of care that began at age {rules.min_age_years} or above"
    if rules.min_symptom_months:
        words += f", with back pain for at least {rules.min_symptom_months} months or a duration not recorded"
    words += "."
    if rules.baseline_required:
        words += " An outcome is analysed for those who gave a score at the start."
    return words + " The report shows how many are left after each rule. Time is counted from the first day."


def _compared(study: Study) -> str:
    return (
        "ETMI with usual physiotherapy, as marked by the physiotherapist. Every difference is ETMI minus usual care. "
        "Nobody was allotted to their care by chance: the comparison is observational, and the report says so beside "
        "every number."
    )


def _outcomes(study: Study) -> str:
    words = []
    if study.measured:
        measured = ", ".join(f"{LABELS[o]} ({UNITS[o]})" for o in study.measured)
        visits = _listed(VISITS[visit] for visit in study.visits)
        words.append(f"{measured}, at {visits}: those visits at which the data holds any score.")
        words.append("Scores of different questionnaires are never mixed: for each measure one is analysed.")
    for measure, instrument in study.instruments.items():
        words.append(f"For {LABELS[measure]} that is {instrument}.")
    if study.measured and len(study.instruments) < len(study.measured):
        words.append("Where none is named here, it is the one used most.")
    if "sessions" in study.outcomes:
        words.append(
            "The number of sessions in an episode. Fewer is partly the aim of ETMI, not an effect alone."
        )
    return _sentence(" ".join(words))


def _adjusted(study: Study) -> str:
    named = _listed(COLUMNS.get(c, c) for c in study.covariates) or "nothing else"
    own = "with a slope of its own at each visit" if study.baseline == "by_visit" else "with one slope"
    return (
        f"The outcome's own score at the start, {own}, and {named}. A difference between the groups in anything that "
        "is not named here, or was never recorded, is not taken away."
    )


def _missing(study: Study) -> str:
    df = "Kenward-Roger" if study.mmrm.degrees_of_freedom == "kenward_roger" else "Satterthwaite"
    return (
        "A patient with at least one later score is in the main analysis, a mixed model for repeated measures "
        f"(unstructured covariance, REML, {df} degrees of freedom). It is right when, for people with the same "
        "earlier scores and the same answers above, a missing score is no better or worse than one that was given. "
        "What if not? Answers are weighted for who answered, missing scores are imputed under other rules, and the "
        "report shows how much worse they would have to be to change the conclusion. Complete cases stand beside "
        "them, never alone."
    )


def _clustering(study: Study) -> str:
    return (
        "Patients of the same clinician, and clinicians of the same clinic, tend to do alike, so there is less to "
        "learn than from the same number of strangers. A model with an effect for each clinician, errors that "
        f"allow for clusters, and, where clusters are few, a bootstrap of {study.repetitions:,} repetitions account "
        f"for it. Random steps start from the seed {study.seed}: the same data gives the same numbers."
    )


def _subgroups(study: Study) -> str:
    if not study.subgroups:
        return "No subgroups are compared."
    groups = _listed(f"by {COLUMNS.get(subgroup, subgroup)}" for subgroup in study.subgroups)
    return (
        f"Does the difference itself differ {groups}? The more groups are looked at, the more likely one differs by "
        "chance: the report counts them."
    )


def _answers(study: Study) -> str:
    words = [f"Intervals are {study.confidence:.1%} intervals.".replace(".0%", "%")]
    for outcome in study.measured:
        words.append(
            f"{LABELS[outcome].capitalize()}: {study.mic[outcome]:g} {UNITS[outcome]} is the smallest change that "
            "matters to a person; it decides who has improved."
        )
    for outcome, margin in study.equivalence.items():
        if outcome in study.measured:
            words.append(
                f"{LABELS[outcome].capitalize()}: the two kinds of care are called equivalent only if the whole "
                f"interval ({1 - 2 * (1 - study.confidence):.0%}, two one-sided tests) lies within {margin:g} "
                f"{UNITS[outcome]} either way."
            )
    words.append(
        "An interval that holds both no difference and one that matters is no answer, and is called that."
    )
    return " ".join(words)


def _cost(study: Study) -> str:
    prices = study.prices
    minute = _listed(f"{price:g} for {ARMS[arm]}" for arm, price in prices.minute.items())
    words = f"In {prices.currency}. One minute: {minute}."
    if prices.first_session or prices.later_session:
        words += (
            f" Each first session {prices.first_session:g}, each later one {prices.later_session:g} more."
        )
    if prices.modality:
        listed = _listed(f"{name.replace('_', ' ')} {price:g}" for name, price in prices.modality.items())
        words += f" On top of it, for each session with it: {listed}."
    return words


def _disclosure(study: Study) -> str:
    rules = study.disclosure
    hidden = f"Numbers of people from 1 to {rules.suppress_up_to} are hidden" if rules.suppress_up_to else ""
    rounded = f"numbers of people are rounded to {rules.round_to}" if rules.round_to > 1 else ""
    return _sentence(f"{', and '.join(filter(None, (hidden, rounded))) or 'No number of people is hidden'}.")


def _listed(words: Iterable[str]) -> str:
    words = list(words)
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _wrapped(words: str) -> str:
    return textwrap.fill(words, 98, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
