from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amble.care.accounts.forms import AmbleForm, style, yes_no


class ConsentForm(AmbleForm):
    """A yes or no to each choice of one version of the text. Made with `text=` and what was `decided=` before."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, text, decided, **kwargs):
        initial = {choice: "yes" if agreed else "no" for choice, agreed in decided.items()}
        kwargs["initial"] = {**initial, "version": text.version, **kwargs.pop("initial", {})}
        super().__init__(*args, **kwargs)
        self.text = text
        for choice in text.choices:
            field = yes_no(gettext(choice.text))
            if not choice.required:
                field.help_text = _("Your care is the same if you say no.")
            style(field.widget)
            self.fields[choice.id] = field

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("version") != self.text.version:
            # The page shows the new text below; its own version goes with the next answer.
            self.data = self.data.copy()
            self.data["version"] = self.text.version
            raise forms.ValidationError(
                _("The text has changed since you opened this page. Please read it again and answer.")
            )
        return cleaned

    @property
    def agreed(self) -> dict[str, bool]:
        return {choice.id: self.cleaned_data[choice.id] for choice in self.text.choices}
