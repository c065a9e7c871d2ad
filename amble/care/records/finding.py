"""The clinic's list of patients."""

from django.db.models import Prefetch, QuerySet

from .models import Episode


def patients(clinic, search: str = "") -> QuerySet:
    """By name; with `search`, those whose name holds it. Each has its episodes, newest first, in `courses`."""
    found = clinic.patients.order_by("name", "pk")
    if search:
        found = found.filter(name__icontains=search)
    return found.prefetch_related(
        Prefetch("episodes", queryset=Episode.objects.order_by("-pk"), to_attr="courses")
    )
