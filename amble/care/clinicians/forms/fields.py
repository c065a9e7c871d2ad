"""Fields that several staff forms share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from amble.vocabulary import Modality

MODALITIES = {
    Modality.EDUCATION: _("Education"),
    Modality.REASSURANCE: _("Reassurance"),
    Modality.BELIEF_WORK: _("Work on beliefs"),
    Modality.ACTIVITY_PLANNING: _("Activity planning"),
    Modality.EXPOSURE: _("Exposure (walk or feared movement)"),
    Modality.EXERCISE: _("Exercise"),
    Modality.MANUAL_THERAPY: _("Manual therapy"),
    Modality.ACUPUNCTURE: _("Acupuncture"),
    Modality.HEAT: _("Heat"),
    Modality.ELECTROTHERAPY: _("Electrotherapy"),
    Modality.MEDICATION_ADVICE: _("Advice on medication"),
    Modality.SELF_MANAGEMENT_ADVICE: _("Advice on self-management"),
}
MOST_MINUTES = 240


def minutes_field(label=_("Minutes"), *, required=True) -> forms.IntegerField:
    whole = _("Give the minutes as a whole number, 1 to 240.")
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "nhsuk-input--width-4"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), whole),
    )


def modalities_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What was done"),
        choices=list(MODALITIES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what was done.")},
    )
