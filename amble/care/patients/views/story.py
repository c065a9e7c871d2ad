"""The patient's story, one question to a page, and what they told us."""

import contextlib

from django.shortcuts import redirect, render
from django.urls import reverse

from amble.care.assessments.actions import measures
from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import story as actions

from ..forms.story import ActivitiesForm, GoingOnForm, MissingForm, WorryForm
from ..gate import programme_page

TEXTS = {"going_on": GoingOnForm, "worry": WorryForm, "missing": MissingForm}
ACTIVITIES = "activities"
PARTS = [*TEXTS, ACTIVITIES]


@programme_page
def tell(request):
    """The part that the address names; without one, all that was told, or the first part."""
    told = request.episode.stories.order_by("at", "pk").last()
    part = request.GET.get("part", request.POST.get("part", ""))
    if part == ACTIVITIES:
        return _activities(request)
    if part in TEXTS or told is None:
        return _text(request, part if part in TEXTS else PARTS[0], told)
    activities = request.episode.valued_activities.all()
    return render(request, "patients/story/told.html", {"story": told, "activities": activities})


def _text(request, part: str, told):
    form = TEXTS[part].from_request(request, initial={part: getattr(told, part, "")})
    if request.method == "POST" and form.is_valid():
        texts = {name: getattr(told, name, "") for name in TEXTS} | {part: form.cleaned_data[part]}
        with contextlib.suppress(AlreadySaved):
            actions.tell(episode=request.episode, by=request.user, submission=form.submission_key, **texts)
        return _go_on(request, part)
    return _page(request, "patients/story/question.html", part, form)


def _activities(request):
    named = request.episode.valued_activities.all()
    form = ActivitiesForm.from_request(
        request,
        initial={f"activity_{activity.position}": activity.name for activity in named},
        rated=measures.rated_activities(request.episode),
    )
    if request.method == "POST" and form.is_valid():
        with contextlib.suppress(AlreadySaved):
            measures.name_activities(
                episode=request.episode, names=form.names, by=request.user, submission=form.submission_key
            )
        return _go_on(request, ACTIVITIES)
    return _page(request, "patients/story/activities.html", ACTIVITIES, form)


def _go_on(request, part: str):
    """To the next question the first time; back to the overview after a change."""
    following = PARTS[PARTS.index(part) + 1 :]
    if following and "change" not in request.GET:
        return redirect(f"{reverse('my-story')}?part={following[0]}")
    return redirect("my-story")


def _page(request, template: str, part: str, form):
    number = PARTS.index(part)
    change = "change" in request.GET
    before = None if change or not number else PARTS[number - 1]
    context = {
        "form": form,
        "part": part,
        "number": number + 1,
        "total": len(PARTS),
        "before": before,
        "change": change,
    }
    return render(request, template, context)
