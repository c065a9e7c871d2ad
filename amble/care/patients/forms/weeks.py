"""The weekly check-in, the goal and the plan for the coming week."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, scale_field, short_text, yes_no
from amble.programme import activities, barriers

DAYS = [(n, str(n)) for n in range(1, 8)]
WHOLE_MINUTES = _("Write whole minutes, from 5 to 120.")
WHICH_DAYS = _("Choose how many days.")
NOT_OF_THE_GOAL = {"submission", "owner", "barrier_own"}


def _days(label, choices, help_text=""):
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=lambda: choices,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect(attrs={"data-scale": "days"}),
        error_messages={"required": WHICH_DAYS, "invalid_choice": WHICH_DAYS},
    )


def _minutes(label, *, required=True, help_text=""):
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=5 if required else 0,
        max_value=120 if required else 600,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "nhsuk-input--width-4"}),
        error_messages={
            "required": WHOLE_MINUTES,
            "invalid": WHOLE_MINUTES if required else _("Write whole minutes, such as 15."),
            "min_value": WHOLE_MINUTES,
            "max_value": WHOLE_MINUTES if required else _("Write the minutes of one time, up to 600."),
        },
    )


class CheckInForm(AmbleForm):
    """One week in two minutes."""

    days_done = _days(
        _("On how many days did you do your activity?"),
        [(n, str(n)) for n in range(8)],
        _("None is a fine answer. It helps us find a plan that fits."),
    )
    minutes_done = _minutes(
        _("About how many minutes each time?"), required=False, help_text=_("Leave it empty if you did none.")
    )
    held_back = scale_field(
        _("How much did your back hold you back this week?"), low=_("not at all"), high=_("completely")
    )
    pain = scale_field(
        _("How was your back pain, on average, this week?"), low=_("no pain"), high=_("worst imaginable")
    )
    confidence = scale_field(
        _("How sure are you that you can do your activity next week?"), low=_("not sure"), high=_("very sure")
    )
    anything_new = yes_no(
        _("Is anything new since last time?"),
        help_text=_("Such as new numbness, weakness, fever, a fall, or pain unlike your usual pain."),
    )
    note = long_text(_("Anything you want to remember about this week?"), required=False, rows=3)

    def clean_minutes_done(self):
        return self.cleaned_data["minutes_done"] or None


class GoalForm(AmbleForm):
    """A goal in the patient's own words. `activity` is its id when it came from the catalogue."""

    activity = forms.CharField(widget=forms.HiddenInput, required=False)
    activity_name = short_text(_("What will you do?"), required_message=_("Say what you will do."))
    days_per_week = _days(_("On how many days a week?"), DAYS)
    minutes = _minutes(_("How many minutes each time?"), help_text=_("Five minutes is a good beginning."))
    when = short_text(_("When?"), help_text=_("Such as: after breakfast"), required=False)
    where = short_text(_("Where?"), help_text=_("A place near you, in your own words"), required=False)
    with_whom = short_text(
        _("With whom?"), help_text=_("Alone is fine. So is a neighbour or a dog."), required=False
    )
    barrier = forms.ChoiceField(label=_("What is most likely to get in the way?"), required=False)
    barrier_own = short_text(_("Or say it in your own words"), required=False)
    if_then = short_text(
        _("If that happens, what will you do instead?"),
        help_text=_("Such as: If it rains, I walk in the shopping centre."),
        required=False,
        max_length=500,
    )
    confidence = scale_field(
        _("How sure are you that you can do this?"), low=_("not sure"), high=_("very sure")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["barrier"].choices = [("", _("Nothing I can think of")), *barrier_choices()]

    def clean_activity(self):
        known = {activity.id for activity in activities.all_activities()}
        return self.cleaned_data["activity"] if self.cleaned_data["activity"] in known else ""

    @property
    def details(self) -> dict:
        """What a goal consists of, as the action takes it."""
        kept = {name: self.cleaned_data[name] for name in self.base_fields if name not in NOT_OF_THE_GOAL}
        return kept | {"barrier": self.cleaned_data["barrier_own"] or self.cleaned_data["barrier"]}


class PlanForm(AmbleForm):
    """The coming week: as suggested, or as the patient prefers."""

    days_per_week = _days(_("On how many days?"), DAYS)
    minutes = _minutes(_("How many minutes each time?"))


def barrier_choices() -> list[tuple[str, str]]:
    return [(gettext(b.name), gettext(b.name)) for b in barriers.all_barriers()]
