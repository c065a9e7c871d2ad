"""The clinic's patients: the list, a new one, their details, their invitation."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import invite as invitation
from amble.care.journey.actions import referrals
from amble.care.records import finding
from amble.care.records.access import open_record, physiotherapist_page
from amble.care.records.actions import consents, invitations
from amble.care.records.actions import patients as actions

from ..forms.referrals import NewPatientForm, PatientForm

PER_PAGE = 50
WORDS = {None: "", True: "yes", False: "no"}


def open_episode(request, public_id, *, page: str, goes_on: bool = False):
    """The patient and their newest episode; the opening is noted."""
    patient = open_record(request, public_id, page=page, goes_on=goes_on)
    if patient.episode is None:
        raise Http404
    return patient, patient.episode


@physiotherapist_page
def index(request):
    search = request.GET.get("name", "").strip()[:200]
    page = Paginator(finding.patients(request.clinic, search), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "clinicians/patients.html", {"page": page, "search": search})


@physiotherapist_page
def new(request):
    form = NewPatientForm.from_request(request, initial={"referred_on": timezone.localdate(), "invite": True})
    if form.is_valid():
        details = dict(form.cleaned_data)
        wants_invitation, told = details.pop("invite"), form.told_of_evaluation
        for name in ("submission", "owner", "evaluation"):
            details.pop(name)
        try:
            with transaction.atomic():
                patient = referrals.refer(
                    clinic=request.clinic, by=request.user, submission=form.submission_key, **details
                )
                if told is not None:
                    consents.note_told(patient=patient, evaluation=told, by=request.user)
                if wants_invitation:
                    invitation.send(patient=patient, by=request.user)
        except AlreadySaved:
            return redirect("patients")
        except invitations.NotPossible as problem:
            form.add_error("email", str(problem))
        else:
            if wants_invitation:
                messages.success(request, _("The invitation is on its way to the patient."))
            return redirect("patient", public_id=patient.public_id)
    return render(request, "clinicians/patient_new.html", {"form": form})


@physiotherapist_page
def edit(request, public_id):
    patient = open_record(request, public_id, page="patient-edit")
    names = PatientForm.NAMES
    told = consents.told_of_evaluation(patient)
    initial = {name: getattr(patient, name) for name in names} | {"evaluation": WORDS[told]}
    form = PatientForm.from_request(request, initial=initial)
    if consents.said_themselves(patient):
        del form.fields["evaluation"]
    if form.is_valid():
        details = {name: form.cleaned_data[name] for name in names}
        details["email"] = details["email"].lower()
        try:
            with transaction.atomic():
                actions.correct(patient=patient, by=request.user, submission=form.submission_key, **details)
                if form.told_of_evaluation not in (None, told):
                    consents.note_told(patient=patient, evaluation=form.told_of_evaluation, by=request.user)
        except actions.NotPossible as problem:
            form.add_error("email", str(problem))
        except AlreadySaved:
            return redirect("patient", public_id=public_id)
        else:
            messages.success(request, _("The details are saved."))
            return redirect("patient", public_id=public_id)
    return render(request, "clinicians/patient_edit.html", {"form": form, "person": patient})


@physiotherapist_page
def invite(request, public_id):
    """Send a new link. The older ones stop working."""
    patient = open_record(request, public_id, page="patient-invite")
    if request.method != "POST":
        return render(request, "clinicians/patient_invite.html", {"person": patient})
    try:
        invitation.send(patient=patient, by=request.user)
        messages.success(request, _("The invitation is on its way to the patient."))
    except invitations.NotPossible as problem:
        messages.error(request, str(problem))
    return redirect("patient", public_id=public_id)
