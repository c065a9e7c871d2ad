"""The weekly check-in, and the plan that follows from it."""

from contextlib import suppress

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import weeks
from amble.care.journey.actions import weeks as actions

from ..forms.weeks import CheckInForm, PlanForm
from ..gate import programme_page

HIDDEN = {"submission", "owner"}
GOAL_DETAILS = ("activity", "activity_name", "when", "where", "with_whom", "barrier", "if_then")


@programme_page(etmi=True)
def check_in(request):
    """Tell the week. A second tab or a repeated post finds the week told and goes on to the plan."""
    today = timezone.localdate()
    week = weeks.open_week(request.episode, today)
    # A post does not look first: the database knows whether the week was told, and says so when it is saved.
    told = week and request.method == "GET" and week.told_in(request.episode)
    if week is None or told:
        context = {"told": told, "next_day": weeks.next_day(request.episode, today)}
        return render(request, "patients/weeks/told.html", context)
    form = CheckInForm.from_request(request)
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in CheckInForm.base_fields if name not in HIDDEN}
        try:
            actions.check_in(episode=request.episode, week=week.number, by=request.user, **answers)
        except actions.WeekTold:
            messages.info(request, _("You told us this week before. Your first answers are kept."))
        if answers["anything_new"]:
            query = urlencode({"next": reverse("my-plan")})
            return redirect(f"{reverse('my-safety', args=['check_in'])}?{query}")
        return redirect("my-plan")
    return render(request, "patients/weeks/check_in.html", {"form": form, "week": week})


@programme_page(etmi=True)
def plan(request):
    """What the rules suggest for the coming week, why, and the patient's own decision."""
    goal = request.episode.goals.order_by("at", "pk").last()
    if goal is None:
        return redirect("my-activity")
    suggestion = actions.suggest(request.episode)
    if suggestion is None or (request.method == "GET" and _decided(request.episode, goal)):
        return render(request, "patients/weeks/plan.html", {"goal": goal})
    initial = {"days_per_week": suggestion.goal.days_per_week, "minutes": suggestion.goal.minutes}
    form = PlanForm.from_request(request, initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = {field: getattr(goal, field) for field in GOAL_DETAILS}
        with suppress(AlreadySaved):
            actions.choose_goal(
                episode=request.episode,
                suggestion=suggestion,
                days_per_week=form.cleaned_data["days_per_week"],
                minutes=form.cleaned_data["minutes"],
                confidence=request.episode.checkins.order_by("-week")[0].confidence,
                by=request.user,
                submission=form.submission_key,
                **kept,
            )
        messages.info(request, _("Your plan for the week is set."))
        return redirect("my-home")
    context = {"goal": goal, "suggestion": suggestion, "form": form}
    return render(request, "patients/weeks/suggestion.html", context)


def _decided(episode, goal) -> bool:
    """Whether the newest goal was chosen after the newest check-in."""
    newest = episode.checkins.order_by("-week").first()
    return newest is None or goal.at > newest.at
