"""The front page, the pages about Amble, and what is shown when something goes wrong."""

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from amble.vocabulary import Role

DOORS = {
    Role.PATIENT: "my-home",
    Role.PHYSIOTHERAPIST: "today",
    Role.SERVICE_LEAD: "figures",
    Role.ADMINISTRATOR: "staff",
}


def home(request):
    """Each person's own first page; for a stranger, what Amble is."""
    for role, page in DOORS.items():
        if role in request.roles:
            return redirect(page)
    return render(request, "amble/welcome.html")


def about(request):
    return render(request, "amble/about.html")


def accessibility(request):
    return render(request, "amble/accessibility.html")


def health(request):
    """For the operator's monitor: the program answers and so does its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def refused(request, exception=None):
    return render(request, "amble/refused.html", status=403)


def not_found(request, exception=None):
    return render(request, "amble/not_found.html", status=404)


def failed(request):
    # Without the request's context: whatever failed may fail here again.
    return HttpResponse(render_to_string("amble/failed.html"), status=500)
