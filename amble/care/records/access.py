"""Who may open which page. Every view is wrapped by one of these; a test walks the URL map and checks it.

The rules are predicates on the request's own person (see middleware.Doorway): what they say no to is refused
whatever the address asks for. Another clinic's patient is not refused but not found: the clinic does not have it.
"""

import functools
from operator import attrgetter

import rules
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from amble.care.audit.actions import record_figures, record_opening
from amble.vocabulary import Role

from .actions import consents
from .models import Patient
from .states import EpisodeStatus


@rules.predicate
def is_patient(request):
    return request.patient is not None


@rules.predicate
def is_physiotherapist(request):
    return Role.PHYSIOTHERAPIST in request.roles and request.clinic is not None


@rules.predicate
def is_service_lead(request):
    return Role.SERVICE_LEAD in request.roles and request.clinic is not None


@rules.predicate
def is_administrator(request):
    return Role.ADMINISTRATOR in request.roles


rules.add_rule("own_record", is_patient)
rules.add_rule("clinic_records", is_physiotherapist)
rules.add_rule("service_figures", is_service_lead)
rules.add_rule("staff_and_clinics", is_administrator)


def _guard(rule: str):
    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not rules.test_rule(rule, request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = rule
        return guarded

    return decorate


physiotherapist_page = _guard("clinic_records")
service_lead_page = _guard("service_figures")
administrator_page = _guard("staff_and_clinics")


def patient_page(view=None, *, before_consent=False, after_withdrawal=False, find=attrgetter("episode")):
    """A page of the patient's own. Consent comes first; after withdrawal only their data and the consent remain.

    `find` gets the patient's episode, with whatever else the page's gate wants to know in the same query.
    """
    if view is None:
        return functools.partial(
            patient_page, before_consent=before_consent, after_withdrawal=after_withdrawal, find=find
        )

    @functools.wraps(view)
    def gated(request, *args, **kwargs):
        request.episode = find(request.patient)
        if not before_consent and not consents.is_given_by(request.user):
            return redirect("my-consent")
        ended = request.episode is None or request.episode.status in {
            EpisodeStatus.WITHDRAWN,
            EpisodeStatus.DECLINED,
        }
        if ended and not (after_withdrawal or before_consent):
            return redirect("my-data")
        return view(request, *args, **kwargs)

    return _guard("own_record")(gated)


def open_record(request, public_id, *, page: str, goes_on: bool = False) -> Patient:
    """The clinic's patient with this id, and a note that this person opened the record. 404 for any other."""
    patient = get_object_or_404(request.clinic.patients.select_related("user", "clinic"), public_id=public_id)
    note_opening(request, patient, page=page, goes_on=goes_on)
    return patient


def note_opening(request, patient, *, page: str, goes_on: bool = False) -> None:
    """A page is opened when it is asked for; what is sent from it belongs to that opening."""
    goes_on = goes_on or request.method == "POST"
    record_opening(by=request.user, patient=patient, page=page, goes_on=goes_on)


def note_figures(request, *, page: str, own_clinic: bool) -> None:
    """A service lead opens no record; which figures they looked at is noted all the same."""
    scope = "clinic" if own_clinic else "service"
    record_figures(by=request.user, clinic=request.clinic, page=page, scope=scope)
