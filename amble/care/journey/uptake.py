"""Who is reached: from invited physiotherapists to patients with complete outcomes. Counts only.

The study calls therapists who deliver "reach" and patients treated "adoption"; RE-AIM the reverse. So the
counts have names of their own, and each page gives both others as aliases.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from amble.care.assessments.models import Assessment
from amble.care.records.models import Episode
from amble.care.records.states import EpisodeStatus
from amble.vocabulary import Arm, Visit

from .models import Contact

SMALL = 7
"""A count this small could point at a person; it is shown as "7 or fewer"."""


@dataclass(frozen=True)
class Uptake:
    clinicians_invited: int
    clinicians_trained: int
    clinicians_delivering: int
    patients_started: int
    patients_receiving: int
    outcomes_complete: int


def of(clinic) -> Uptake:
    """The clinic's counts to this day. Five queries.

    clinicians_delivering  who recorded at least one ETMI session
    patients_started       episodes in which care began, of either arm
    patients_receiving     those that began as ETMI
    outcomes_complete      of the started, those with both the first and the discharge measures complete
    """
    training = clinic.training
    started = Episode.objects.filter(
        clinic=clinic, status__in=[EpisodeStatus.STARTED, EpisodeStatus.DISCHARGED, EpisodeStatus.WITHDRAWN]
    ).filter(start_date__isnull=False)
    complete = [
        Exists(Assessment.objects.filter(episode=OuterRef("pk"), visit=visit, completed_at__isnull=False))
        for visit in (Visit.BASELINE, Visit.DISCHARGE)
    ]
    return Uptake(
        clinicians_invited=training.values("clinician").distinct().count(),
        clinicians_trained=training.filter(trained_on__isnull=False).values("clinician").distinct().count(),
        clinicians_delivering=Contact.objects.filter(episode__clinic=clinic, arm=Arm.ETMI)
        .values("by")
        .distinct()
        .count(),
        patients_started=started.count(),
        patients_receiving=started.filter(arm=Arm.ETMI).count(),
        outcomes_complete=started.filter(*complete).count(),
    )
