from django.utils.translation import gettext

from amble.care.accounts.forms import AmbleForm, style, yes_no
from amble.programme import safety


class SafetyPageForm(AmbleForm):
    """The questions of one page. Made with `page=`. Earlier pages travel with it, so that nothing is lost."""

    def __init__(self, *args, page, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page
        for question in page.questions:
            field = yes_no(gettext(question.text), help_text=gettext(question.help))
            style(field.widget)
            self.fields[question.id] = field

    @property
    def answers(self) -> dict[str, bool]:
        return {question.id: self.cleaned_data[question.id] for question in self.page.questions}


def answers_in(data) -> dict[str, bool]:
    """Every safety answer in a post. What is neither yes nor no, or not asked, is left out: silence is not a no."""
    known = {question.id for question in safety.questions()}
    return {id: data[id] == "yes" for id in known & data.keys() if data[id] in {"yes", "no"}}
