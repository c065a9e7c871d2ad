"""A colleague rates an ETMI session by the checklist that the one who held it used."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from amble.care.audit.actions import action, record
from amble.programme import fidelity

from ..models import FidelityRating


class NotPossible(Exception):
    """Why this session cannot be rated by this person, in words for that person."""


@action
def rate_session(
    *,
    contact,
    marks: dict[str, int | None],
    breaches: list[str],
    competence: dict[str, int],
    way: str,
    by,
) -> FidelityRating:
    """Keep what a colleague saw or heard, scored by the same items as the session's own record.

    Raises NotPossible for one's own session and for a second rating by the same person.
    """
    if contact.by_id == by.pk:
        raise NotPossible(_("You held this session yourself. A colleague can rate it."))
    score = fidelity.score(marks, breaches, contact.etmi.guide_session)
    try:
        with transaction.atomic():
            rating = FidelityRating.objects.create(
                contact=contact,
                rater=by,
                way=way,
                checklist_version=fidelity.VERSION,
                marks=marks,
                breaches=breaches,
                competence=competence,
                fidelity=score.value,
            )
    except IntegrityError as twice:
        raise NotPossible(_("You have rated this session before.")) from twice
    record(
        "contact.rated",
        by=by,
        patient=contact.episode.patient,
        subject=rating,
        way=way,
        fidelity=score.value,
        breaches=breaches,
    )
    return rating
