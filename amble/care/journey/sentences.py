"""What a line of progress says, in one plain sentence. No blame, no alarm, and no more than the numbers say."""

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
        return _("This is your first answer. The next one will show how things move.")
    return {
        "function": _function,
        "activity_level": _activity,
        "fear_avoidance": _fear,
        "pain": _pain,
    }[line.id](line.change)


def _function(change) -> str:
    if change.direction == "better" and change.reaches_mic:
        return _("You can do clearly more than when you began.")
    if change.direction == "worse" and change.reaches_mic:
        return _("Everyday things are harder than when you began. Talk about it at your next contact.")
    if change.direction == "better":
        return _("You can do a little more than when you began. It is too early to call it a clear change.")
    return _("What you can do is about the same as when you began.")


def _activity(change) -> str:
    if change.direction == "better":
        return _("You are active more often than when you began.")
    if change.direction == "worse":
        return _("You are active less often than when you began. A smaller goal can be a good next step.")
    return _("You are active as often as when you began.")


def _fear(change) -> str:
    if change.direction == "better" and change.reaches_mic is not False:
        return _("Being active worries you less than when you began.")
    if change.direction == "worse" and change.reaches_mic is not False:
        return _("Being active worries you more than when you began. A small experiment may help.")
    return _("Your worry about being active is about the same as when you began.")


def _pain(change) -> str:
    if change.direction == "better" and change.reaches_mic:
        return _("Your pain is clearly lower than when you began.")
    if change.direction == "worse" and change.reaches_mic:
        return _("Your pain is higher than when you began. More pain does not mean more harm.")
    return _("Your pain is about the same as when you began. What you can do may change first.")
