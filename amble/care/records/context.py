from django.conf import settings
from django.utils.translation import get_language_bidi


def door(request):
    """What every page needs to know about the person and where they came in."""
    clinic = getattr(request, "clinic", None)
    clinics = {m.clinic for m in getattr(request, "memberships", ()) if m.clinic_id}
    return {
        "patient": getattr(request, "patient", None),
        "clinic": clinic,
        "other_clinics": sorted(clinics - {clinic}, key=lambda c: c.name),
        "roles": getattr(request, "roles", frozenset()),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "demo": settings.DEMO,
        "tablet": getattr(request, "tablet", None),
    }
