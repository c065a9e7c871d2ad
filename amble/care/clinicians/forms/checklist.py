"""The fidelity checklist as a form: for whoever held the session, and for a colleague who rates it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm
from amble.programme import fidelity

NOT_APPLICABLE = "na"
MARKS = [("2", _("Fully")), ("1", _("Partly")), ("0", _("Not")), (NOT_APPLICABLE, _("n/a"))]
MARK = "mark_"
COMPETENCE = "competence_"


def choices_in_a_row() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "nhsuk-radios__input", "data-inline": "yes"})


class ChecklistForm(AmbleForm):
    """The items of one session of the guide, and what does not belong."""

    breaches = forms.MultipleChoiceField(
        label=_("Tick what happened, if anything"),
        choices=[(breach.id, _(breach.text)) for breach in fidelity.checklist(1).breaches],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, guide: int, **kwargs):
        self.guide = guide
        self.items = fidelity.checklist(guide).items
        super().__init__(*args, **kwargs)
        for item in self.items:
            self.fields[MARK + item.id] = forms.ChoiceField(
                label=_(item.text), choices=MARKS, required=False, widget=choices_in_a_row()
            )

    def domains(self) -> list[tuple[str, str, list]]:
        """The checklist in its parts: letter, name, and the fields of the items."""
        parts = {}
        for item in self.items:
            parts.setdefault((item.domain, item.domain_name), []).append(self[MARK + item.id])
        return [(letter, name, fields) for (letter, name), fields in parts.items()]

    @property
    def marks(self) -> dict[str, int | None]:
        return marks_in(self.cleaned_data, self.items)

    def not_marked(self, data) -> list[str]:
        return [MARK + item.id for item in self.items if not data.get(MARK + item.id)]


class RatingForm(ChecklistForm):
    """What a colleague saw or heard: the whole checklist, and how well it was done."""

    way = forms.ChoiceField(
        label=_("How did you follow the session?"),
        choices=[("in_room", _("I was in the room")), ("audio", _("I heard a recording"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how you followed the session.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in fidelity.competence():
            self.fields[COMPETENCE + one.id] = forms.TypedChoiceField(
                label=_(one.name),
                help_text=_("%(lowest)s: %(low)s %(highest)s: %(high)s")
                % {"lowest": one.lowest, "low": _(one.low), "highest": one.highest, "high": _(one.high)},
                choices=[(n, str(n)) for n in range(one.lowest, one.highest + 1)],
                coerce=int,
                widget=choices_in_a_row(),
                error_messages={"required": _("Choose a number from 1 to 5.")},
            )

    def competence_fields(self) -> list:
        return [self[COMPETENCE + one.id] for one in fidelity.competence()]

    def clean(self):
        data = super().clean()
        missing = self.not_marked(data)
        if missing:
            problem = _now(
                "Not marked yet: %(count)d of the checklist. Choose n/a where an item had no place."
            )
            self.add_error(missing[0], problem % {"count": len(missing)})
        elif not any(mark is not None for mark in marks_in(data, self.items).values()):
            raise ValidationError(_now("Every item is n/a. Mark at least one of them."))
        return data

    @property
    def rating(self) -> dict:
        names = {one.id: self.cleaned_data[COMPETENCE + one.id] for one in fidelity.competence()}
        return {
            "way": self.cleaned_data["way"],
            "marks": self.marks,
            "breaches": self.cleaned_data["breaches"],
            "competence": names,
        }


def marks_in(data, items) -> dict[str, int | None]:
    """The marks of the checklist as the rules take them; an item without a mark is left out."""
    allowed = {value for value, _label in MARKS}
    given = {item.id: data.get(MARK + item.id) for item in items}
    return {
        id: None if mark == NOT_APPLICABLE else int(mark) for id, mark in given.items() if mark in allowed
    }
