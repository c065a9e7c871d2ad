from django.conf import settings
from django.utils.translation import get_language_bidi


def door(request):
    """What every page needs to know about the person and where they came in."""
    return {
        "patient": getattr(request, "patient", None),
        "clinic": getattr(request, "clinic", None),
        "roles": getattr(request, "roles", frozenset()),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "demo": settings.DEMO,
        "tablet": getattr(request, "tablet", None),
    }
