"""An episode moves from referral to start to discharge. Each step is a row; nothing is overwritten."""

from amble.care.audit.actions import action, record
from amble.vocabulary import Arm

from ..models import Episode, EpisodeState
from ..states import MAY_FOLLOW, EpisodeStatus


class WrongStep(Exception):
    """This step cannot follow the state the episode is in."""


@action
def refer(*, patient, referred_on, by, symptom_months=None) -> Episode:
    """Open a new episode for a patient who was referred with back pain."""
    episode = Episode.objects.create(
        patient=patient, clinic=patient.clinic, referred_on=referred_on, symptom_months=symptom_months
    )
    EpisodeState.objects.create(episode=episode, status=EpisodeStatus.REFERRED, by=by)
    record("episode.referred", by=by, patient=patient, subject=episode)
    return episode


@action
def start(*, episode, arm: Arm, reason: str, clinician, on, by, offered: bool | None = None) -> None:
    """Begin care: ETMI or usual care, with the physiotherapist's reason. `on` is time zero.

    offered: whether ETMI was offered before usual care began; None when nobody said. Who has ETMI was offered it.
    """
    _move(episode, EpisodeStatus.STARTED, by=by, reason=reason)
    episode.arm, episode.arm_reason = Arm(arm), reason
    episode.etmi_offered = True if episode.arm == Arm.ETMI else offered
    episode.clinician, episode.start_date = clinician, on
    episode.save(update_fields=["arm", "arm_reason", "etmi_offered", "clinician", "start_date", "status"])
    record(
        "episode.started",
        by=by,
        patient=episode.patient,
        subject=episode,
        arm=episode.arm,
        offered=episode.etmi_offered,
    )


@action
def discharge(*, episode, on, by, reason: str = "") -> None:
    """End care at the clinic. Follow-up measures go on."""
    _move(episode, EpisodeStatus.DISCHARGED, by=by, reason=reason)
    episode.discharge_date = on
    episode.save(update_fields=["discharge_date", "status"])
    record("episode.discharged", by=by, patient=episode.patient, subject=episode)


@action
def decline(*, episode, by, reason: str) -> None:
    """Close a referral without starting care here, with the reason."""
    _move(episode, EpisodeStatus.DECLINED, by=by, reason=reason)
    episode.save(update_fields=["status"])
    record("episode.declined", by=by, patient=episode.patient, subject=episode)


@action
def withdraw(*, episode, by, reason: str = "") -> None:
    """The patient stops using Amble for this episode. What was recorded stays in their record."""
    _move(episode, EpisodeStatus.WITHDRAWN, by=by, reason=reason)
    episode.save(update_fields=["status"])
    record("episode.withdrawn", by=by, patient=episode.patient, subject=episode)


def _move(episode, status: EpisodeStatus, *, by, reason: str) -> None:
    # Locked and read again, so that two people pressing the same button make one step.
    current = Episode.objects.select_for_update().get(pk=episode.pk).status
    if status not in MAY_FOLLOW[EpisodeStatus(current)]:
        raise WrongStep(f"An episode that is {current} cannot become {status}.")
    EpisodeState.objects.create(episode=episode, status=status, by=by, reason=reason)
    episode.status = status
