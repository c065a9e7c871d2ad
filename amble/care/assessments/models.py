"""Measures: when they are asked for, and what was answered.

An assessment is one moment (a visit) of one episode; it holds one response per instrument. An answer is
saved when it is given; the score is written when the response is submitted, by the instrument's own version.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from amble.care.records.models import Episode
from amble.programme import timetable
from amble.vocabulary import Mode, Visit

USER = settings.AUTH_USER_MODEL


class ValuedActivity(models.Model):
    """Something the patient wants to do again, in their own words: item 1 to 3 of patient-specific function."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="valued_activities")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["episode", "position"], name="one_activity_per_position")
        ]

    def __str__(self):
        return self.name


class Assessment(models.Model):
    """One visit's measures for one episode, with the days between which they can be answered."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="assessments")
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="assessments")
    visit = models.CharField(max_length=20, choices=[(v, v) for v in Visit])
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()
    completed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["episode", "visit"], name="one_assessment_per_visit")]
        indexes = [
            models.Index(
                fields=["clinic", "closes_on"],
                condition=models.Q(completed_at__isnull=True, withdrawn_at__isnull=True),
                name="open_assessments",
            )
        ]

    def __str__(self):
        return f"{self.visit} of {self.episode}"

    def state(self, today) -> timetable.AssessmentState:
        window = timetable.Window(Visit(self.visit), self.opens_on, self.due_on, self.closes_on)
        return timetable.state(
            window, today=today, completed=bool(self.completed_at), withdrawn=bool(self.withdrawn_at)
        )


class AssessmentChange(models.Model):
    """A step in an assessment's life (opened, moved, completed, withdrawn), when and by whom. Appended."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="changes")
    change = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.change} at {self.at:%Y-%m-%d}"


class Response(models.Model):
    """The answers to one instrument at one visit. There is one: a second tab or device continues it.

    `mode` is how the first answer came; the audit holds how each of the later ones did.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="responses")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    mode = models.CharField(max_length=20, choices=[(m, m) for m in Mode])
    started_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "instrument"], name="one_response_per_instrument_and_visit"
            )
        ]

    def __str__(self):
        return f"{self.instrument} {self.version}"


class Answer(models.Model):
    """One item as answered. Until the response is submitted the person may change their mind."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="answers")
    item = models.CharField(max_length=40)
    value = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "item"], name="one_answer_per_item")]

    def __str__(self):
        return f"{self.item}: {self.value}"


class Score(models.Model):
    """One scale of a submitted response."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="scores")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="scores")
    instrument = models.CharField(max_length=40)
    scale = models.CharField(max_length=40)
    visit = models.CharField(max_length=20)
    day = models.DateField()
    value = models.FloatField()
    screen_positive = models.BooleanField(null=True)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["response", "scale"], name="one_score_per_scale")]

    def __str__(self):
        return f"{self.scale} {self.value}"
