"""Who did what, and who looked. Rows are only ever added.

Patients and clinics appear as plain numbers: the audit lies below the records it watches, and must
outlive them.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """One change, saved in the same transaction as the change itself."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=80)
    patient_id = models.BigIntegerField(null=True)
    clinic_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "at"]),
            models.Index(fields=["clinic_id", "at"]),
        ]

    def __str__(self):
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"


class RecordOpening(models.Model):
    """Somebody other than the patient opened a patient's record. The patient can see this list."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    patient_id = models.BigIntegerField()
    clinic_id = models.BigIntegerField()
    page = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["patient_id", "at"])]

    def __str__(self):
        return f"{self.page} at {self.at:%Y-%m-%d %H:%M}"


class Submission(models.Model):
    """The number that a form carries. It is used once, so a form sent twice is saved once."""

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return str(self.key)
