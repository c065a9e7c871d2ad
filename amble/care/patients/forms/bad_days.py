"""The patient's own plan for a bad day, and a call asked for on one."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, style
from amble.programme import flare_up

TICKED_AT_FIRST = "seek_help"
"""The part whose suggestions are all ticked in a new plan, so that no warning sign is left out by oversight."""


class FlareUpPlanForm(AmbleForm):
    """For each part: suggestions to take over, and words of one's own. Together they are the text of the part."""

    def __init__(self, *args, written=None, **kwargs):
        super().__init__(*args, **kwargs)
        for part in flare_up.parts():
            ideas = {idea: gettext(idea) for idea in part.suggestions}
            lines = getattr(written, part.id, "").splitlines()
            taken = [idea for idea, words in ideas.items() if words in lines]
            if written is None and part.id == TICKED_AT_FIRST:
                taken = list(ideas)
            self.fields[_ideas(part)] = forms.MultipleChoiceField(
                label=gettext(part.title),
                help_text=gettext(part.help),
                required=False,
                choices=list(ideas.items()),
                initial=taken,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[_ideas(part)].label_size = "m"
            self.fields[part.id] = long_text(_own_words(part), required=False, rows=4)
            self.fields[part.id].initial = "\n".join(line for line in lines if line not in ideas.values())
            for name in (_ideas(part), part.id):
                style(self.fields[name].widget)

    @property
    def texts(self) -> dict[str, str]:
        """The text of each part: what was ticked, then the person's own words."""
        return {
            part.id: "\n".join(
                [gettext(idea) for idea in self.cleaned_data[_ideas(part)]]
                + [words for words in [self.cleaned_data[part.id]] if words]
            )
            for part in flare_up.parts()
        }


class CallForm(AmbleForm):
    body = long_text(
        _("What would you like to talk about?"),
        required_message=_("Write a few words for your clinic."),
        rows=3,
    )


def _own_words(part: flare_up.FlareUpPart):
    # Three fields with one name could not be told apart by ear.
    return format_html(
        '{}<span class="nhsuk-u-visually-hidden">: {}</span>', gettext("In my own words"), gettext(part.title)
    )


def _ideas(part: flare_up.FlareUpPart) -> str:
    return f"{part.id}_ideas"
