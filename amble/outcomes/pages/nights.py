"""For the administrator: how the last nights went, and what to put right. No figure and no person is shown."""

from django.shortcuts import render

from amble.care.records.access import administrator_page
from amble.outcomes.nightly.latest import latest, newest_nights


@administrator_page
def index(request):
    return render(request, "outcomes/nights.html", {"latest": latest(), "nights": newest_nights()})
