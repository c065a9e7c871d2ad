"""How sure I am of a belief, and a small test of it."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, scale_field, style
from amble.programme import beliefs


def _conviction(label):
    return scale_field(label, low=_("not at all"), high=_("completely"))


class ChooseBeliefs(forms.Form):
    """Which beliefs are the patient's own. It comes by GET and saves nothing."""

    belief = forms.MultipleChoiceField(
        label=_("Which of these have you thought yourself?"),
        help_text=_(
            "Many people with back pain think some of these. Choose the ones you know. One is enough."
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one, or go back.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["belief"].choices = [(b.id, gettext(b.statement)) for b in beliefs.all_beliefs()]
        self.fields["belief"].is_page_heading = True
        self.fields["belief"].label_size = "l"
        style(self.fields["belief"].widget)


class RateBeliefs(AmbleForm):
    """One scale for each belief given."""

    def __init__(self, *args, rated: list[beliefs.Belief], **kwargs):
        self.rated = rated
        super().__init__(*args, **kwargs)
        for belief in rated:
            self.fields[belief.id] = _conviction(gettext(belief.statement))
            style(self.fields[belief.id].widget)

    @property
    def convictions(self) -> dict[str, int]:
        return {belief.id: self.cleaned_data[belief.id] for belief in self.rated}


class PlanExperiment(AmbleForm):
    plan = long_text(
        _("What will I try?"), required_message=_("Write what you will try. It can be very small."), rows=4
    )
    prediction = long_text(
        _("What do I think will happen?"), required_message=_("Write what you think will happen."), rows=3
    )


class RecordExperiment(AmbleForm):
    happened = long_text(_("What did happen?"), required_message=_("Write what did happen."), rows=4)
    learned = long_text(_("What do I take from it?"), required=False, rows=3)
    conviction = _conviction(_("How sure are you of this thought now?"))
