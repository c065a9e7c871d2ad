"""Forms of the service lead and the administrator."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, short_text
from amble.care.accounts.places import language_field, zone_field
from amble.care.records.forms import TrainingForm
from amble.vocabulary import Role

ROLES = [
    (Role.PHYSIOTHERAPIST, _("Physiotherapist")),
    (Role.SERVICE_LEAD, _("Service lead")),
    (Role.ADMINISTRATOR, _("Administrator")),
]


class TeamTrainingForm(TrainingForm):
    """A training record for one of the clinic's physiotherapists."""

    clinician = forms.ChoiceField(
        label=_("Physiotherapist"), error_messages={"required": _("Choose a physiotherapist.")}
    )
    field_order = ["clinician", "invited_on", "trained_on", "course"]

    def __init__(self, *args, team, **kwargs):
        super().__init__(*args, **kwargs)
        self.team = {str(user.pk): user for user in team}
        self.fields["clinician"].choices = [("", _("Choose"))] + [
            (pk, user.name) for pk, user in self.team.items()
        ]

    @property
    def training(self) -> dict:
        return {**super().training, "clinician": self.team[self.cleaned_data["clinician"]]}


class StaffForm(AmbleForm):
    """A person and the role they get."""

    name = short_text(_("Name"), required_message=_("Give the name."))
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They sign in with a one-time code sent here."),
        error_messages={
            "required": _("Give the e-mail address."),
            "invalid": _("Check the e-mail address. It looks like name@example.org."),
        },
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    clinic = forms.ChoiceField(label=_("Clinic"), required=False, help_text=_("Administrators have none."))

    def __init__(self, *args, clinics, **kwargs):
        super().__init__(*args, **kwargs)
        self.clinics = {str(clinic.pk): clinic for clinic in clinics}
        self.fields["clinic"].choices = [("", _("None"))] + [
            (pk, clinic.name) for pk, clinic in self.clinics.items()
        ]

    def clean(self):
        data = super().clean()
        needs_clinic = data.get("role") in {Role.PHYSIOTHERAPIST, Role.SERVICE_LEAD}
        if needs_clinic and not data.get("clinic") and "clinic" not in self.errors:
            self.add_error("clinic", _("Choose the clinic they work in."))
        return data

    @property
    def person(self) -> dict:
        role = Role(self.cleaned_data["role"])
        clinic = None if role is Role.ADMINISTRATOR else self.clinics[self.cleaned_data["clinic"]]
        settings_of_place = {"language": clinic.language, "time_zone": clinic.time_zone} if clinic else {}
        return {
            "name": self.cleaned_data["name"],
            "email": self.cleaned_data["email"],
            "role": role,
            "clinic": clinic,
            **settings_of_place,
        }


class ClinicForm(AmbleForm):
    """A clinic and what its patients are told to do in an emergency."""

    name = short_text(_("Name"), required_message=_("Give the clinic's name."))
    phone = short_text(
        _("Telephone of the clinic"), max_length=60, required_message=_("Give the clinic's telephone number.")
    )
    emergency_number = short_text(
        _("Emergency number"), max_length=60, required_message=_("Give the emergency number.")
    )
    urgent_line = short_text(
        _("Help on the same day"),
        help_text=_("Such as an out-of-hours service, with its number."),
        required_message=_("Say where to get help on the same day."),
    )
    crisis_line = short_text(
        _("Help in a crisis"),
        help_text=_("Such as a crisis line, with its number."),
        required_message=_("Say where to get help in a crisis."),
    )
    time_zone = zone_field(_("Time zone"))
    language = language_field(_("Language"))

    NAMES = ("name", "phone", "emergency_number", "urgent_line", "crisis_line", "time_zone", "language")

    @property
    def details(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.NAMES}
