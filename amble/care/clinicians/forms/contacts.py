"""A usual-care session, and the record of an ETMI session."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, long_text, scale_field, short_text
from amble.care.records.forms import day_field, not_in_the_future
from amble.programme import messages

from .checklist import ChecklistForm
from .fields import minutes_field, modalities_field

GOAL = "goal_"


class ContactForm(AmbleForm):
    """What every session has. `since` is the day care began."""

    day = day_field(_("Date"), validators=[not_in_the_future])
    minutes = minutes_field()
    modalities = modalities_field()
    note = long_text(_("Note"), required=False, rows=2)

    def __init__(self, *args, since, **kwargs):
        self.since = since
        super().__init__(*args, **kwargs)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day < self.since:
            raise ValidationError(_("This day is before care began."))
        return day

    @property
    def contact(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("day", "minutes", "modalities", "note")}


class SessionForm(ChecklistForm, ContactForm):
    """An ETMI session: the walk, the messages, the plan, and the fidelity checklist of this guide session.

    The checklist is filled in as a whole or left empty as a whole: half of one gives no score.
    """

    walk_done = forms.BooleanField(label=_("We walked or tried a feared movement together"), required=False)
    walk_minutes = minutes_field(_("Minutes of it"), required=False)
    predicted = long_text(_("What the patient predicted"), required=False, rows=2)
    actual = long_text(_("What did happen"), required=False, rows=2)
    pain_before = scale_field(_("Pain before"), required=False)
    pain_after = scale_field(_("Pain after"), required=False)
    fear_before = scale_field(_("Fear before"), required=False)
    fear_after = scale_field(_("Fear after"), required=False)
    messages_given = forms.MultipleChoiceField(
        label=_("Messages given"),
        choices=[(message.id, _(message.text)) for message in messages.core_messages()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    goal_activity_name = short_text(_("Activity"), required=False)
    goal_days_per_week = forms.IntegerField(
        label=_("Days a week"),
        required=False,
        min_value=1,
        max_value=7,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "nhsuk-input--width-3"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Give 1 to 7 days a week.")),
    )
    goal_minutes = forms.IntegerField(
        label=_("Minutes each time"),
        required=False,
        min_value=5,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "nhsuk-input--width-3"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Give 5 to 120 minutes.")),
    )
    goal_when = short_text(_("When"), required=False)
    goal_where = short_text(_("Where"), required=False)
    goal_with_whom = short_text(_("With whom"), required=False)
    goal_barrier = short_text(_("Likeliest barrier"), required=False)
    goal_if_then = short_text(_("If-then plan"), required=False, max_length=500)
    goal_confidence = scale_field(
        _("Confidence"), required=False, help_text=_("Below 7, make the goal smaller together.")
    )
    guide_session = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, guide: int, goal, **kwargs):
        self.goal = goal
        initial = {GOAL + name: getattr(goal, name) for name in self._goal_names()} if goal else {}
        kwargs["initial"] = {**initial, **kwargs.pop("initial", {}), "guide_session": guide}
        super().__init__(*args, guide=guide, **kwargs)

    def clean(self):
        data = super().clean()
        self._check_marks(data)
        self._check_goal(data)
        return data

    def _check_marks(self, data) -> None:
        missing = self.not_marked(data)
        if 0 < len(missing) < len(self.items):
            problem = _now("Not marked yet: %(count)d of the checklist. Mark all, or leave all empty.")
            self.add_error(missing[0], problem % {"count": len(missing)})

    def _check_goal(self, data) -> None:
        if not any(data.get(GOAL + name) not in (None, "") for name in self._goal_names()):
            return
        needed = {
            "activity_name": _("Say which activity the plan is for."),
            "days_per_week": _("Give 1 to 7 days a week."),
            "minutes": _("Give 5 to 120 minutes."),
        }
        for name, problem in needed.items():
            if not data.get(GOAL + name) and GOAL + name not in self.errors:
                self.add_error(GOAL + name, problem)

    @property
    def session(self) -> dict:
        names = (
            "walk_done",
            "walk_minutes",
            "predicted",
            "actual",
            "pain_before",
            "pain_after",
            "fear_before",
            "fear_after",
            "messages_given",
            "breaches",
        )
        walk = {name: self.cleaned_data[name] for name in names}
        return {**self.contact, **walk, "marks": self.marks, "guide_session": self.guide}

    @property
    def changed_goal(self) -> dict | None:
        """The plan as edited; None when it is as it was."""
        chosen = {name: self.cleaned_data[GOAL + name] for name in self._goal_names()}
        before = {name: getattr(self.goal, name) for name in chosen} if self.goal else None
        if chosen == before or not chosen["activity_name"]:
            return None
        if before and before["activity_name"] == chosen["activity_name"]:
            chosen["activity"] = self.goal.activity
        return chosen

    @classmethod
    def _goal_names(cls) -> list[str]:
        return [name.removeprefix(GOAL) for name in cls.base_fields if name.startswith(GOAL)]
