"""The record: clinics, the people who work there, patients and their episodes of care.

Everything about a patient is reached from the clinic (`clinic.patients`) or from the patient.
States are appended; the current one is kept beside them by the same action, so that lists stay fast.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amble.vocabulary import Arm, Role, Sex

from .states import EpisodeStatus

USER = settings.AUTH_USER_MODEL


class Clinic(models.Model):
    """A place where physiotherapists see patients, with what a patient is told in an emergency there."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=20, default="en")
    phone = models.CharField(max_length=60)
    emergency_number = models.CharField(max_length=60)
    urgent_line = models.CharField(max_length=200)
    crisis_line = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)


class Membership(models.Model):
    """A person's role at a clinic. It ends when they leave; the row stays.

    An administrator belongs to the whole service: no clinic.
    """

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="memberships")
    clinic = models.ForeignKey(Clinic, null=True, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=[(r, r) for r in Role if r != Role.PATIENT])
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "clinic", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="one_current_membership",
            )
        ]

    def __str__(self):
        return f"{self.user} - {self.role}"


class Training(models.Model):
    """A physiotherapist was invited to ETMI training, and when they completed it. Rows are appended."""

    clinician = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="training")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="training")
    invited_on = models.DateField()
    trained_on = models.DateField(null=True)
    course = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.clinician}: {self.trained_on or self.invited_on}"


class Patient(models.Model):
    """A person with low back pain who is known to a clinic."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(USER, null=True, on_delete=models.PROTECT, related_name="patient")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("email address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True)
    sex = models.CharField(_("sex"), max_length=10, blank=True, choices=[(s, s) for s in Sex])
    language = models.CharField(_("language"), max_length=20, blank=True)
    deprivation_quintile = models.PositiveSmallIntegerField(
        null=True
    )  # of where they live: 1 most deprived, 5 least
    reminder_hour = models.PositiveSmallIntegerField(default=9)
    reminders_paused_until = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["clinic", "name"])]

    def __str__(self):
        return self.name

    def age_on(self, day) -> int | None:
        if not self.birth_date:
            return None
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday

    @property
    def time_zone(self) -> str:
        return self.user.time_zone if self.user_id else self.clinic.time_zone

    @property
    def episode(self) -> "Episode | None":
        """The newest episode: the one that pages speak of."""
        if not hasattr(self, "_episode"):
            self._episode = self.newest(self.episodes)
        return self._episode

    def newest(self, episodes) -> "Episode | None":
        """The newest of the patient's episodes, in a query that may know more about it."""
        episode = episodes.order_by("-pk").first()
        if episode:
            episode.patient = self
        return episode


class Episode(models.Model):
    """One course of care for one patient, from the referral on. Time zero is `start_date`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="episodes")
    clinician = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="episodes")
    referred_on = models.DateField()
    symptom_months = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(
        max_length=20, default=EpisodeStatus.REFERRED, choices=[(s, s) for s in EpisodeStatus]
    )
    arm = models.CharField(max_length=20, blank=True, choices=[(a, a) for a in Arm])
    arm_reason = models.CharField(max_length=300, blank=True)
    etmi_offered = models.BooleanField(null=True)  # None: nobody said
    start_date = models.DateField(null=True)
    discharge_date = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "status", "referred_on"]),
            models.Index(fields=["clinician", "status"]),
        ]

    def __str__(self):
        return f"{self.patient} from {self.referred_on}"


class EpisodeState(models.Model):
    """A step in an episode: referred, started, discharged, declined or withdrawn, when, why and by whom."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="states")
    status = models.CharField(max_length=20, choices=[(s, s) for s in EpisodeStatus])
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.status} at {self.at:%Y-%m-%d}"


class Invitation(models.Model):
    """A link by e-mail that opens Amble for one patient, once. Only its hash is kept."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"to {self.patient}"


class ConsentDecision(models.Model):
    """What a patient agreed or did not agree to, in which version of the text. The newest row counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consent_decisions")
    version = models.CharField(max_length=20)
    choice = models.CharField(max_length=40)
    agreed = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.choice}: {self.agreed}"
