"""What a line of progress says, in one plain sentence. No blame, no alarm, and no more than the numbers say.

It speaks in the patient's voice, on their pages as in the letters that they hand on.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amble.vocabulary import Visit

NAMES = {
    "function": gettext_lazy("What I can do"),
    "activity_level": gettext_lazy("How active I am"),
    "fear_avoidance": gettext_lazy("Worry about being active"),
    "pain": gettext_lazy("Pain"),
}
SCALES = {
    "function": gettext_lazy("0 to 100. Higher is better."),
    "activity_level": gettext_lazy("Times in a usual week."),
    "fear_avoidance": gettext_lazy("0 to 100. Lower is better."),
    "pain": gettext_lazy("0 to 10. Lower is better."),
}
ACTIVITY_LABELS = (gettext_lazy("none"), gettext_lazy("1–2"), gettext_lazy("3+"))
VISITS = {
    Visit.BASELINE: gettext_lazy("At the start"),
    Visit.DISCHARGE: gettext_lazy("At the end of care"),
    Visit.WEEK_6: gettext_lazy("After 6 weeks"),
    Visit.MONTH_3: gettext_lazy("After 3 months"),
    Visit.MONTH_6: gettext_lazy("After 6 months"),
    Visit.MONTH_12: gettext_lazy("After 12 months"),
}


def value(line) -> str:
    """The newest value as a person reads it."""
    return value_of(line, line.points[-1])


def value_of(line, point) -> str:
    if line.id == "activity_level":
        return str(ACTIVITY_LABELS[int(point.value)])
    return f"{point.value:.0f}"


def sentence(line) -> str:
    """One sentence on a line of progress, from its first value to the newest."""
    if line.change is None:
        return _("This is my first answer. The next one will show how things move.")
    return {
        "function": _function,
        "activity_level": _activity,
        "fear_avoidance": _fear,
        "pain": _pain,
    }[line.id](line.change)


def _function(change) -> str:
    if change.direction == "better" and change.reaches_mic:
        return _("I can do clearly more than when I began.")
    if change.direction == "worse" and change.reaches_mic:
        return _("Everyday things are harder than when I began. I can tell my physiotherapist.")
    if change.direction == "better":
        return _("I can do a little more than when I began. It is too early to call it a clear change.")
    return _("What I can do is about the same as when I began.")


def _activity(change) -> str:
    if change.direction == "better":
        return _("I am active more often than when I began.")
    if change.direction == "worse":
        return _("I am active less often than when I began. A smaller goal can be a good next step.")
    return _("I am active as often as when I began.")


def _fear(change) -> str:
    if change.direction == "better" and change.reaches_mic is not False:
        return _("Being active worries me less than when I began.")
    if change.direction == "worse" and change.reaches_mic is not False:
        return _("Being active worries me more than when I began. A small experiment may help.")
    return _("My worry about being active is about the same as when I began.")


def _pain(change) -> str:
    if change.direction == "better" and change.reaches_mic:
        return _("My pain is clearly lower than when I began.")
    if change.direction == "worse" and change.reaches_mic:
        return _("My pain is higher than when I began. More pain does not mean more harm.")
    return _("My pain is about the same as when I began. What I can do may change first.")
