"""The ETMI journey of one episode: story, safety, beliefs, activity, weeks, bad days, contacts, messages.

Rows are appended. The newest story, goal or flare-up plan is the current one; the older ones are its history.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from amble.care.records.models import Clinic, Episode, Patient
from amble.vocabulary import Arm, Mode, SafetyLevel

USER = settings.AUTH_USER_MODEL


class ByEpisode(models.Model):
    """What every row of the journey has: whose episode, when, and who wrote it."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="%(class)ss")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
        get_latest_by = ["at", "pk"]

    def __str__(self):
        return f"{self._meta.verbose_name} of {self.episode} at {self.at:%Y-%m-%d}"


class SafetyScreen(ByEpisode):
    """The safety questions as answered on one occasion, with the rules that judged them."""

    occasion = models.CharField(max_length=20)
    answers = models.JSONField()
    flags = models.JSONField(default=list)
    level = models.CharField(max_length=20, choices=[(s, s) for s in SafetyLevel])
    rules_version = models.CharField(max_length=20)


class SafetyAlert(ByEpisode):
    """A safety answer the clinic has to look at. It stays on their list until resolved with a note."""

    screen = models.OneToOneField(SafetyScreen, on_delete=models.PROTECT, related_name="alert")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="safety_alerts")
    level = models.CharField(max_length=20, choices=[(s, s) for s in SafetyLevel])
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField(blank=True)

    class Meta(ByEpisode.Meta):
        indexes = [
            models.Index(
                fields=["clinic", "at"], condition=models.Q(resolved_at__isnull=True), name="open_alerts"
            )
        ]


class Story(ByEpisode):
    """What is going on, in the patient's own words."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="stories")
    going_on = models.TextField(blank=True)
    worry = models.TextField(blank=True)
    missing = models.TextField(blank=True)


class BeliefRating(ByEpisode):
    """How sure the patient is of a belief about the back, 0 (not at all) to 10 (completely)."""

    belief = models.CharField(max_length=60)
    conviction = models.PositiveSmallIntegerField()


class Experiment(ByEpisode):
    """A small test of one belief: what the patient tries and predicts, then what did happen."""

    belief = models.CharField(max_length=60)
    plan = models.TextField()
    prediction = models.TextField()
    done_at = models.DateTimeField(null=True)
    happened = models.TextField(blank=True)
    learned = models.TextField(blank=True)


class Goal(ByEpisode):
    """What the patient decided to do: their own activity, how often, how long, when, where, with whom."""

    activity = models.CharField(max_length=60, blank=True)  # id in the catalogue; blank when it is their own
    activity_name = models.CharField(max_length=200)
    days_per_week = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    when = models.CharField(max_length=200, blank=True)
    where = models.CharField(max_length=200, blank=True)
    with_whom = models.CharField(max_length=200, blank=True)
    barrier = models.CharField(max_length=200, blank=True)
    if_then = models.CharField(max_length=500, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    rules_version = models.CharField(max_length=20, blank=True)  # of the suggestion the goal came from
    rule = models.CharField(max_length=60, blank=True)
    suggestion = models.CharField(max_length=10, blank=True)  # grow, hold or shrink
    own_choice = models.BooleanField(default=True)  # False: taken as suggested


class CheckIn(ByEpisode):
    """One week as the patient tells it. One for each week of the episode."""

    week = models.PositiveSmallIntegerField()
    days_done = models.PositiveSmallIntegerField()
    minutes_done = models.PositiveSmallIntegerField(null=True)
    pain = models.PositiveSmallIntegerField()
    held_back = models.PositiveSmallIntegerField()
    confidence = models.PositiveSmallIntegerField()
    anything_new = models.BooleanField()
    note = models.TextField(blank=True)
    mode = models.CharField(max_length=20, choices=[(m, m) for m in Mode], default=Mode.OWN_DEVICE)

    class Meta(ByEpisode.Meta):
        constraints = [models.UniqueConstraint(fields=["episode", "week"], name="one_check_in_per_week")]


class FlareUpPlan(ByEpisode):
    """The patient's own plan for a bad day."""

    in_48_hours = models.TextField(blank=True)
    keep_doing = models.TextField(blank=True)
    seek_help = models.TextField(blank=True)


class BadDay(ByEpisode):
    """The patient opened their plan on a bad day, after the safety questions."""

    screen = models.OneToOneField(SafetyScreen, on_delete=models.PROTECT, related_name="bad_day")
    asked_for_call = models.BooleanField(default=False)


class Contact(ByEpisode):
    """A session with the physiotherapist, of either arm."""

    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    arm = models.CharField(max_length=20, choices=[(a, a) for a in Arm])
    modalities = models.JSONField(default=list)
    note = models.TextField(blank=True)

    class Meta(ByEpisode.Meta):
        constraints = [models.UniqueConstraint(fields=["episode", "number"], name="one_contact_per_number")]


class EtmiRecord(models.Model):
    """What belongs to an ETMI session beyond minutes and modalities: the walk, the messages, fidelity."""

    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, related_name="etmi")
    guide_session = models.PositiveSmallIntegerField()
    walk_done = models.BooleanField(default=False)
    walk_minutes = models.PositiveSmallIntegerField(null=True)
    predicted = models.TextField(blank=True)
    actual = models.TextField(blank=True)
    pain_before = models.PositiveSmallIntegerField(null=True)
    pain_after = models.PositiveSmallIntegerField(null=True)
    fear_before = models.PositiveSmallIntegerField(null=True)
    fear_after = models.PositiveSmallIntegerField(null=True)
    messages_given = models.JSONField(default=list)
    checklist_version = models.CharField(max_length=20)
    marks = models.JSONField(default=dict)
    breaches = models.JSONField(default=list)
    fidelity = models.FloatField(null=True)

    def __str__(self):
        return f"ETMI session {self.guide_session}"


class FidelityRating(models.Model):
    """A colleague who was in the room, or heard a recording with consent, rates a session by the same checklist."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="ratings")
    rater = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=[("in_room", "in_room"), ("audio", "audio")])
    at = models.DateTimeField(default=timezone.now)
    checklist_version = models.CharField(max_length=20)
    marks = models.JSONField(default=dict)
    breaches = models.JSONField(default=list)
    competence = models.JSONField(default=dict)
    fidelity = models.FloatField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contact", "rater"], name="one_rating_per_session_and_rater")
        ]

    def __str__(self):
        return f"rating of session {self.contact.number}"


class Message(models.Model):
    """A message between a patient and the clinic. Not for emergencies."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="messages")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="messages")
    from_patient = models.BooleanField()
    asks_for_call = models.BooleanField(default=False)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["clinic", "at"],
                condition=models.Q(from_patient=True, read_at__isnull=True),
                name="unread_by_the_clinic",
            )
        ]

    def __str__(self):
        return f"message at {self.at:%Y-%m-%d %H:%M}"


class Reminder(models.Model):
    """A reminder that was sent. One for each person, slot and channel: a second is refused by the database."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminders")
    slot = models.CharField(max_length=80)  # such as check-in:12:3 or assessment:87:due
    channel = models.CharField(max_length=20, default="email")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "slot", "channel"], name="one_reminder_per_slot")
        ]

    def __str__(self):
        return self.slot
