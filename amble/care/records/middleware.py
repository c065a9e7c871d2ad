"""Which door a person comes through, and the rules for staff sessions."""

import time

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from amble.vocabulary import Role

CLINIC_KEY = "clinic"


class Doorway:
    """Set `request.patient`, `request.roles` and `request.clinic` once, from the person's own rows.

    Every record a view opens is reached from these, never from a bare table. A membership that has ended
    opens nothing from the next request on.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.patient, request.clinic, request.memberships, request.roles = None, None, [], frozenset()
        if request.user.is_authenticated:
            # A patient is never staff: an e-mail address is one or the other (see actions.staff).
            request.patient = getattr(request.user, "patient", None)
            if request.patient:
                request.roles = frozenset({Role.PATIENT})
            else:
                self._staff(request)
        return self.get_response(request)

    def _staff(self, request):
        request.memberships = list(request.user.memberships.current().select_related("clinic"))
        clinics = {m.clinic_id: m.clinic for m in request.memberships if m.clinic_id}
        chosen = request.session.get(CLINIC_KEY)
        request.clinic = clinics.get(chosen) or next(iter(clinics.values()), None)
        here = {None, request.clinic.pk if request.clinic else None}
        request.roles = frozenset(m.role for m in request.memberships if m.clinic_id in here)


class EndIdleSession:
    """Sign staff out after a quiet half hour and after twelve hours: clinic computers are shared."""

    SEEN, BEGAN = "seen_at", "began_at"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.memberships:
            now, session = int(time.time()), request.session
            idle = now - session.get(self.SEEN, now)
            age = now - session.setdefault(self.BEGAN, now)
            if idle > settings.STAFF_IDLE_SECONDS or age > settings.STAFF_SESSION_SECONDS:
                logout(request)
                request.memberships, request.roles, request.clinic = [], frozenset(), None
                messages.info(request, _("You were signed out because the page was not used for a while."))
            elif idle >= 60 or self.SEEN not in session:
                session[self.SEEN] = now
        return self.get_response(request)


class RequireSecondFactor:
    """Outside the demo, staff see nothing of a record until they have set up a second factor."""

    OPEN_PREFIXES = ("/account/", "/static/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if (
            settings.STAFF_SECOND_FACTOR
            and request.memberships
            and not request.path.startswith(self.OPEN_PREFIXES)
            and not is_mfa_enabled(request.user)
        ):
            messages.info(request, _("Set up a second step for signing in. Staff need it to open records."))
            return redirect("mfa_index")
        return self.get_response(request)
