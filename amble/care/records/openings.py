"""Who looked into a record. The patient may see this list."""

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from amble.care.audit.models import RecordOpening
from amble.vocabulary import Role

from .models import Clinic, Membership

ROLES = {
    Role.PHYSIOTHERAPIST: _("physiotherapist"),
    Role.SERVICE_LEAD: _("service lead"),
    Role.ADMINISTRATOR: _("administrator"),
}


def of_patient(patient):
    """Each person's openings of the record by day, as the reader's clock has it, the newest first."""
    every = RecordOpening.objects.filter(patient_id=patient.pk).annotate(day=TruncDate("at"))
    by_day = every.values("day", "clinic_id", "actor_id", "actor__name")
    return by_day.annotate(first=Min("at"), last=Max("at"), pages=Count("pk")).order_by("-last", "actor_id")


def with_roles(openings) -> list[dict]:
    """When, how often, who, in which role and at which clinic. Three queries, however many openings."""
    openings = list(openings)
    clinics = Clinic.objects.in_bulk({opening["clinic_id"] for opening in openings})
    roles: dict[tuple[int, int], list] = {}
    held = Membership.objects.filter(user__in={o["actor_id"] for o in openings}, clinic__in=clinics)
    for membership in held.order_by("started_at"):
        here = roles.setdefault((membership.user_id, membership.clinic_id), [])
        if ROLES[membership.role] not in here:
            here.append(ROLES[membership.role])
    return [
        {
            **opening,
            "name": opening["actor__name"],
            "roles": roles.get((opening["actor_id"], opening["clinic_id"]), []),
            "clinic": clinics[opening["clinic_id"]].name,
        }
        for opening in openings
    ]
