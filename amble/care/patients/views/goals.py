"""Finding an activity, and deciding on a goal."""

import re
from contextlib import suppress

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import weeks as actions
from amble.programme import activities, barriers, planning, stages
from amble.vocabulary import Stage

from ..forms.activities import ActivityFilter
from ..forms.weeks import GoalForm
from ..gate import programme_page
from .weeks import GOAL_DETAILS

AT_FIRST = 12
"""At most so many activities are shown before a person asks for all: a long list is heavy on a telephone."""


@programme_page(etmi=True)
def activity(request):
    """The catalogue, narrowed by what the patient likes. Nothing is hidden from anybody by their stage."""
    wishes = ActivityFilter(request.GET)
    # A wish that is not on the list is no wish.
    wanted = wishes.cleaned_data if wishes.is_valid() else {}
    near = wanted.pop("near", "")
    close, others = _that_mention(near, activities.choose(**wanted))
    shown = close + others if "all" in request.GET else (close + _a_few(others))[:AT_FIRST]
    context = {
        "found": shown,
        "total": len(close + others),
        "query": _without_all(request),
        "near": near,
    }
    if request.htmx:
        return render(request, "patients/goals/found.html", context)
    context |= {
        "wishes": wishes,
        "goal": _current_goal(request.episode),
        "words": _stage_words(request.episode),
    }
    return render(request, "patients/goals/activity.html", context)


@programme_page(etmi=True)
def goal(request):
    """What, how often, how long, when, where and with whom; a smaller goal is offered when they are not sure."""
    form = GoalForm.from_request(request, initial=_begin_with(request))
    decision = request.POST.get("decision", "")
    if request.method == "POST" and decision != "change" and form.is_valid():
        wanted = planning.Goal(form.cleaned_data["days_per_week"], form.cleaned_data["minutes"])
        smaller = planning.shrink_for_confidence(wanted, form.cleaned_data["confidence"])
        if smaller and decision not in {"smaller", "mine"}:
            return render(
                request, "patients/goals/smaller.html", {"form": form, "mine": wanted, "smaller": smaller}
            )
        _save(request, form, smaller if decision in {"smaller", "mine"} else None, take=decision == "smaller")
        messages.info(request, _("Your plan is set. It is yours, and you can change it at any time."))
        return redirect("my-plan")
    return render(request, "patients/goals/goal.html", {"form": form, "barriers": barriers.all_barriers()})


def _save(request, form, smaller, *, take: bool) -> None:
    details = form.details
    if smaller and take:
        details |= {"days_per_week": smaller.goal.days_per_week, "minutes": smaller.goal.minutes}
    with suppress(AlreadySaved):
        actions.choose_goal(
            episode=request.episode,
            suggestion=smaller,
            by=request.user,
            submission=form.submission_key,
            **details,
        )


def _begin_with(request) -> dict:
    """The activity that was picked, the current goal when it is to be changed, or nothing for one of their own."""
    if picked := request.GET.get("activity"):
        try:
            found = activities.activity(picked)
        except KeyError:
            raise Http404 from None
        return {
            "activity": found.id,
            "activity_name": _(found.name),
            "days_per_week": found.start_days,
            "minutes": found.start_minutes,
            "where": request.GET.get("near", ""),
        }
    current = _current_goal(request.episode)
    if "change" not in request.GET or current is None:
        return {}
    listed = {_(barrier.name) for barrier in barriers.all_barriers()}
    return {
        **{name: getattr(current, name) for name in ("days_per_week", "minutes", *GOAL_DETAILS)},
        "barrier_own": "" if current.barrier in listed else current.barrier,
    }


def _a_few(chosen: tuple) -> tuple:
    """The first, and then some from the whole of the list, whose families lie together: variety, not 12 walks."""
    return chosen[:: -(-len(chosen) // AT_FIRST) or 1]


def _that_mention(near: str, chosen: tuple) -> tuple[tuple, tuple]:
    """Those activities that speak of what is near, and the others. Nothing is hidden: words only change the order."""
    close = set()
    for word in _words(near):
        # "Pool" finds "pools" too. A word that fits much of the list, such as "the", says nothing.
        fits = {
            a.id for a in chosen if any(_is_form_of(word, w) for w in _words(f"{_(a.name)} {_(a.words)}"))
        }
        if len(fits) <= len(activities.all_activities()) // 4:
            close |= fits
    return tuple(a for a in chosen if a.id in close), tuple(a for a in chosen if a.id not in close)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _is_form_of(word: str, other: str) -> bool:
    return other == word or (len(word) > 3 and other.startswith(word))


def _without_all(request) -> str:
    query = request.GET.copy()
    query.pop("all", None)
    return query.urlencode()


def _current_goal(episode):
    return episode.goals.order_by("at", "pk").last()


def _stage_words(episode) -> str:
    newest = episode.scores.filter(instrument="stage").order_by("day", "pk").last()
    return stages.words_for(list(Stage)[int(newest.value)]).patient_words if newest else ""
