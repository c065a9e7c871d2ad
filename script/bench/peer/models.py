from django.db import models
from django.utils import timezone


class Row(models.Model):
    """As many columns as a check-in has answers, so that both write a row of about the same size."""

    at = models.DateTimeField(default=timezone.now)
    days = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    pain = models.PositiveSmallIntegerField()
    held_back = models.PositiveSmallIntegerField()
    confidence = models.PositiveSmallIntegerField()
    note = models.TextField()

    def __str__(self):
        return f"row {self.pk}"
