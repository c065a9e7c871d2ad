import zoneinfo

from django.shortcuts import redirect, render
from django.utils import timezone, translation

from . import tablet

OPEN_PREFIXES = ("/tablet/", "/static/")


class TabletLock:
    """A clinic tablet that was handed to a patient opens the questionnaire and nothing else.

    Pages with a person's details are not kept by the browser: behind the questionnaire, "back" shows nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tablet = None
        response = self._locked(request) if tablet.is_locked(request) else self.get_response(request)
        if request.user.is_authenticated or request.tablet:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    def _locked(self, request):
        request.tablet = tablet.current(request)
        if request.tablet is None:
            request.session.flush()
            return render(request, "assessments/tablet_closed.html")
        if not request.path.startswith(OPEN_PREFIXES):
            return redirect("tablet-question", step=1)
        patient = request.tablet.assessment.episode.patient
        language = patient.user.language if patient.user else patient.clinic.language
        zone = zoneinfo.ZoneInfo(patient.time_zone)
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            return self.get_response(request)
