"""What the nightly job leaves behind. Pages read it; they compute nothing."""

from django.db import models
from django.utils import timezone

from amble.care.records.models import Clinic


class Night(models.Model):
    """One run of the nightly job. The newest good one is what the pages show; a later failed one is an alarm."""

    class State(models.TextChoices):
        RUNNING = "running"
        GOOD = "good"
        FAILED = "failed"

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    problem = models.TextField(blank=True)  # one sentence a line, for the person who looks after Amble
    day = models.DateField()  # figures count to the end of this day
    provenance = models.JSONField(default=dict)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["state", "-started_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="one_night_at_a_time"
            )
        ]

    def __str__(self):
        return f"{self.day}: {self.state}"

    @property
    def notes(self) -> list[str]:
        """Beside the figures, for whoever looks after Amble: what came from elsewhere, why people are too few."""
        return [*self.provenance.get("elsewhere", ()), *self.provenance.get("not_yet_because", ())]


class StoredEstimate(models.Model):
    """One estimate of results.json as it stood on a day. Kept for ever, so that one can see how it moved.

    `replayed`: computed later, from what had been recorded by that day.
    """

    night = models.ForeignKey(Night, on_delete=models.PROTECT, related_name="estimates")
    day = models.DateField()
    replayed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=40)
    visit = models.CharField(max_length=20, null=True)
    contrast = models.CharField(max_length=40)
    method = models.CharField(max_length=60)
    estimand = models.CharField(max_length=200)
    subgroup = models.CharField(max_length=120, null=True)
    estimate = models.FloatField(null=True)
    se = models.FloatField(null=True)
    ci_low = models.FloatField(null=True)
    ci_high = models.FloatField(null=True)
    df = models.FloatField(null=True)
    p = models.FloatField(null=True)
    n_etmi = models.IntegerField(null=True)
    n_usual_care = models.IntegerField(null=True)
    meaning = models.TextField(blank=True)
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["method", "outcome", "visit", "day"])]

    def __str__(self):
        return f"{self.outcome} {self.visit or ''} {self.method} on {self.day}"


class StoredSection(models.Model):
    """One section of a page, released: see `told.py`. Without a clinic it is about the whole service."""

    night = models.ForeignKey(Night, on_delete=models.CASCADE, related_name="sections")
    page = models.CharField(max_length=20)
    clinic = models.ForeignKey(Clinic, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    content = models.JSONField()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["night", "page", "clinic"])]

    def __str__(self):
        return f"{self.page}: {self.name}"


class StoredFile(models.Model):
    """A file of the night's report (report.html, results.json), to be downloaded."""

    night = models.ForeignKey(Night, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=60)
    content = models.TextField()

    def __str__(self):
        return self.name
