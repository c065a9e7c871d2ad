"""A new patient, and the decision on a referral."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, short_text
from amble.care.accounts.places import UNTRANSLATED, spoken_languages
from amble.care.records.forms import day_field, not_in_the_future
from amble.vocabulary import Arm, Sex

SEXES = [("", _("Not known")), (Sex.FEMALE, _("Female")), (Sex.MALE, _("Male")), (Sex.OTHER, _("Other"))]
FIFTHS = [
    ("", _("Not known")),
    (1, _("1: the most deprived fifth")),
    (2, "2"),
    (3, "3"),
    (4, "4"),
    (5, _("5: the least deprived fifth")),
]
DECLINE = "decline"
OTHER = "other"
REASONS = [
    ("choice", _("The patient's own choice")),
    ("fits", _("Fits the programme")),
    ("does_not_fit", _("Does not fit the programme")),
    ("fear", _("Fear of movement stands out")),
    ("hands_on", _("Asked for hands-on treatment")),
    ("no_therapist", _("No physiotherapist trained in ETMI is free")),
    (OTHER, _("Another reason")),
]


EVALUATION = [("", _("Not asked yet")), ("yes", _("Yes")), ("no", _("No"))]


class PatientForm(AmbleForm):
    """Who the patient is, and what they told us about evaluation where they have not said it in Amble themselves."""

    name = short_text(_("Name"), required_message=_("Give the patient's name."))
    birth_date = day_field(
        _("Date of birth"),
        required=False,
        validators=[not_in_the_future],
        help_text=_("Shows whether the programme fits: it is for adults."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=SEXES, required=False)
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Needed for an invitation to Amble."),
        error_messages={"invalid": _("Check the e-mail address. It looks like name@example.org.")},
    )
    phone = short_text(_("Telephone"), required=False, max_length=60)
    language = forms.ChoiceField(
        label=_("Language the patient speaks best"),
        choices=lambda: [("", _("Not known")), *spoken_languages()],
        required=False,
        widget=forms.Select(attrs=UNTRANSLATED),
    )
    deprivation_quintile = forms.TypedChoiceField(
        label=_("Deprivation of the area they live in"),
        choices=FIFTHS,
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_(
            "The fifth that their address falls into, from your country's official list. "
            "It shows whether care reaches everybody alike."
        ),
    )

    evaluation = forms.ChoiceField(
        label=_("May their answers be used to find out how well care works?"),
        choices=EVALUATION,
        required=False,
        help_text=_(
            "As they told you. It is done under a code, without their name, and care is the same either way. "
            "Without a yes they are in no comparison."
        ),
    )

    NAMES = ("name", "birth_date", "sex", "email", "phone", "language", "deprivation_quintile")

    def clean_birth_date(self):
        day = self.cleaned_data["birth_date"]
        if day and day.year < timezone.localdate().year - 120:
            raise forms.ValidationError(_("Check the year of birth."))
        return day

    @property
    def told_of_evaluation(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data.get("evaluation"))


class NewPatientForm(PatientForm):
    """A new referral."""

    symptom_months = forms.IntegerField(
        label=_("Months of pain"),
        required=False,
        min_value=0,
        max_value=1200,
        help_text=_("Whole months since this pain began. Leave it empty when it is not known."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "nhsuk-input--width-4"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Give whole months, such as 14.")
        ),
    )
    referred_on = day_field(_("Referred on"), validators=[not_in_the_future])
    invite = forms.BooleanField(label=_("Send an invitation by e-mail now"), required=False)

    def clean(self):
        data = super().clean()
        if data.get("invite") and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("An invitation needs an e-mail address."))
        return data


class StartForm(AmbleForm):
    """ETMI, usual care, or not here; with the reason. The button says which."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    own_words = short_text(_("In your own words"), required=False, max_length=250)
    etmi_offered = forms.BooleanField(label=_("ETMI was offered"), required=False)
    asks_about_offer = forms.BooleanField(widget=forms.HiddenInput, required=False, initial="yes")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.decision = self.data.get("decision")

    def clean(self):
        data = super().clean()
        if self.decision not in {*Arm, DECLINE}:
            raise forms.ValidationError(_("Choose ETMI, usual care, or decline."))
        if data.get("reason") == OTHER and not data.get("own_words") and "own_words" not in self.errors:
            self.add_error("own_words", _("Say what the reason is."))
        return data

    @property
    def offered(self) -> bool | None:
        """No tick means no where the form asks on its way, and nothing beside a button that starts care at once."""
        if self.cleaned_data["etmi_offered"]:
            return True
        return False if self.cleaned_data["asks_about_offer"] else None

    @property
    def reason_given(self) -> str:
        words = self.cleaned_data["own_words"]
        label = str(dict(REASONS)[self.cleaned_data["reason"]])
        if self.cleaned_data["reason"] == OTHER:
            return words
        return f"{label}: {words}" if words else label
