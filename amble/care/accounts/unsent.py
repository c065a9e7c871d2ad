"""Answers that could not be saved because the session had ended. They return after sign-in, to their owner only."""

from django.conf import settings
from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from .forms import is_owner

KEY = "unsent"
MOST_CHARACTERS = 200_000


class KeepUnsentAnswers:
    """Keep what a signed-out person posted, until they sign in and open the same page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.unsent = self._take(request)
        was_signed_out = not request.user.is_authenticated
        response = self.get_response(request)
        sent_to_sign_in = response.status_code == 302 and response["Location"].startswith(
            resolve_url(settings.LOGIN_URL)
        )
        if request.method == "POST" and was_signed_out and sent_to_sign_in and "owner" in request.POST:
            keep(request)
        if sent_to_sign_in and request.htmx:
            # A script would put the sign-in page into the middle of this one.
            return HttpResponseClientRedirect(response["Location"])
        return response

    def _take(self, request):
        kept = request.session.get(KEY) if request.method == "GET" else None
        if not kept or kept["path"] != request.path or not request.user.is_authenticated:
            return None
        del request.session[KEY]
        if not is_owner(request.user, kept["owner"]):
            return None
        messages.info(request, _("Your answers are still here. Check them and send them again."))
        return QueryDict(kept["data"])


def keep(request) -> bool:
    """Put a post aside in the session. False when there is nothing to keep."""
    data = request.POST.urlencode()
    if "owner" not in request.POST or len(data) > MOST_CHARACTERS:
        return False
    request.session[KEY] = {"path": request.path, "data": data, "owner": request.POST["owner"]}
    return True


def form_expired(request, reason=""):
    """A page that was open across a sign-in. Its answers are put aside and shown again, to be sent once more."""
    if request.method == "POST":
        keep(request)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(request.path)
    return redirect(request.path)
