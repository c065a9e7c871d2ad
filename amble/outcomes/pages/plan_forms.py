"""What a planner asks. Sent by GET, so that a plan has an address; a field has one message for all that is wrong."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import style


def number(label, low, high, *, whole: bool = False, help_text=""):
    words = (
        _("Give a whole number from {low} to {high}.") if whole else _("Give a number from {low} to {high}.")
    )
    wrong = format_lazy(words, low=low, high=f"{high:,}")
    field = (forms.IntegerField if whole else forms.FloatField)(
        label=label,
        help_text=help_text,
        min_value=low,
        max_value=high,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )
    field.widget.attrs["class"] = "nhsuk-input--width-5"
    return field


def _plain(value):
    """217 for 217.0: what a person would have typed."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class PlanForm(forms.Form):
    error_css_class = "nhsuk-form-group--error"

    @classmethod
    def from_query(cls, query, defaults, **kwargs):
        """What was sent, with the default for whatever was not; judged only if something was sent or nothing lacks."""
        known = {name: _plain(value) for name, value in defaults.items() if value is not None}
        sent = {name: query[name] for name in query if name in cls.base_fields}
        if sent or known.keys() >= cls.base_fields.keys():
            return cls({**known, **sent}, **kwargs)
        return cls(initial=known, **kwargs)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            style(field.widget)


class ReachPlan(PlanForm):
    eligible = number(_("Eligible patients who begin care in a month"), 1, 100_000)
    now = number(_("Of 100 eligible patients, how many receive ETMI now?"), 0, 100)
    wanted = number(_("How many of 100 should it be?"), 0, 100)
    ramp = number(_("After how many months?"), 1, 60, whole=True, help_text=_("It grows evenly until then."))
    months = number(_("How many months do you want to look ahead?"), 1, 120, whole=True)
    trained = number(_("How many physiotherapists will be trained?"), 0, 10_000, whole=True)
    hours = number(
        _("Hours of training for each, away from patients"),
        0,
        200,
        help_text=_("How long the study's training took has not been published: put in your own."),
    )
    fee = number(_("What training one costs besides"), 0, 1_000_000)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fee"].help_text = _("In %(currency)s, such as the trainer's work, for each.") % {
            "currency": currency
        }

    def clean(self):
        data = super().clean()
        if "now" in data and "wanted" in data and data["wanted"] <= data["now"]:
            self.add_error("wanted", _("Give more than receive ETMI now: the plan is about more people."))
        return data


class WedgePlan(PlanForm):
    clinics = number(_("How many clinics take part?"), 3, 200, whole=True)
    steps = number(
        _("In how many steps are they trained?"),
        2,
        20,
        whole=True,
        help_text=_("Clinics of the same step are trained together."),
    )
    months = number(_("Months from one step to the next"), 1, 24, whole=True)
    patients = number(_("Patients measured in each clinic in a month"), 0.1, 10_000)
    sd = number(_("How much single patients differ (standard deviation, points)"), 0.1, 100)
    icc = number(
        _("How alike two patients of one clinic are (intraclass correlation)"),
        0,
        0.9,
        help_text=_("0: no more alike than any two. Between 0.01 and 0.1 is usual."),
    )
    autocorrelation = number(
        _("What of that likeness is left from one period to another (cluster autocorrelation)"),
        0,
        1,
        help_text=_("1: all of it. 0.8 is a careful guess."),
    )
    fading = forms.ChoiceField(
        label=_("With longer time between them"),
        choices=[("no", _("just as much is left")), ("yes", _("less and less is left"))],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of the two.")),
    )
    share = number(_("Of 100 patients of a trained clinic, how many will receive ETMI?"), 1, 100)
    difference = number(
        _("The difference to be seen, in those who receive it (points)"),
        0.1,
        100,
        help_text=_("Of function, 0 to 100."),
    )
    alpha = number(_("Chance of a false alarm that you accept (of 100)"), 0.1, 20)
    seed = number(
        _("Number that decides the order"),
        0,
        999_999,
        whole=True,
        help_text=_("Draw it in front of those concerned. The same number always gives the same order."),
    )

    def clean(self):
        data = super().clean()
        if "clinics" in data and "steps" in data and data["steps"] > data["clinics"]:
            self.add_error("steps", _("Give no more steps than there are clinics."))
        return data
