"""What a patient agrees to, in which version of the text."""

from django.db.models import Subquery

from amble.care.audit.actions import action, record
from amble.programme import consent as texts

from ..models import ConsentDecision

EVALUATION = "evaluation"
"""The choice whether one's answers may be evaluated."""


@action
def decide(*, patient, version: str, agreed: dict[str, bool], by) -> None:
    """Keep one decision for each choice of that version of the consent text."""
    for choice, value in agreed.items():
        ConsentDecision.objects.create(patient=patient, version=version, choice=choice, agreed=value, by=by)
    record("consent.decided", by=by, patient=patient, version=version, agreed=agreed)


@action
def note_told(*, patient, evaluation: bool, by) -> None:
    """Keep what a patient told the clinic about evaluation. A later word of their own counts more."""
    decide(patient=patient, version=texts.current().version, agreed={EVALUATION: evaluation}, by=by)


def told_of_evaluation(patient) -> bool | None:
    """Their last word on evaluation, to whomever; None: not asked."""
    last = patient.consent_decisions.filter(choice=EVALUATION).last()
    return last.agreed if last else None


def said_themselves(patient) -> bool:
    """Whether they decided on evaluation in Amble: then nobody says it for them."""
    decisions = patient.consent_decisions.filter(choice=EVALUATION, by=patient.user)
    return patient.user_id is not None and decisions.exists()


def current(patient) -> dict[str, bool]:
    """The patient's latest decision on each choice of the consent text now in force."""
    return dict(
        patient.consent_decisions.filter(version=texts.current().version).values_list("choice", "agreed")
    )


def is_given(patient) -> bool:
    """Whether the patient agreed to all that is required to use Amble, in the text now in force."""
    decided = current(patient)
    return all(decided.get(choice.id) for choice in _required())


def latest_decisions(patient) -> dict[str, Subquery]:
    """The latest decision on each required choice, to be read in the query that loads the person."""
    version = texts.current().version
    decisions = ConsentDecision.objects.filter(patient=patient, version=version).order_by("-at", "-pk")
    return {
        f"agreed_to_{choice.id}": Subquery(decisions.filter(choice=choice.id).values("agreed")[:1])
        for choice in _required()
    }


def is_given_by(user) -> bool:
    """The same as `is_given`, from what was read with the person who is signed in: no further query."""
    return all(getattr(user, f"agreed_to_{choice.id}") for choice in _required())


def _required() -> list[texts.ConsentChoice]:
    return [choice for choice in texts.current().choices if choice.required]


def wants_amble(patient) -> bool:
    """Whether their last word was yes, in whichever version: a new text to agree to is no refusal."""
    required = [choice.id for choice in _required()]
    decisions = patient.consent_decisions.filter(choice__in=required)
    last = {decision.choice: decision.agreed for decision in decisions}
    return all(last.get(choice) for choice in required)
