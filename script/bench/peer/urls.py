from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import path

from amble.config import urls as amble

from .models import Row

ANSWERS = ("days", "minutes", "pain", "held_back", "confidence")


def insert(request):
    """No form, no template: one row from what was posted."""
    Row.objects.create(note=request.POST["note"], **{name: int(request.POST[name]) for name in ANSWERS})
    return HttpResponse(status=204)


urlpatterns = [
    path("bare/", insert),
    path("signed-in/", login_required(insert)),
    path("in-amble/", login_required(insert)),
    *amble.urlpatterns,
]
handler403, handler404, handler500 = amble.handler403, amble.handler404, amble.handler500
