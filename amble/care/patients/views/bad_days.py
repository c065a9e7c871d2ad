"""A bad day: the safety questions, then the patient's own plan, and only then a call from the clinic."""

from contextlib import suppress

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey.actions import bad_days as actions
from amble.programme import flare_up

from ..forms.bad_days import CallForm, FlareUpPlanForm
from ..gate import programme_page

OCCASION = "flare_up"


@programme_page(etmi=True)
def today(request):
    """Where this bad day stands: the questions come first, a few words next, then the plan."""
    screen = _screen_of_today(request.episode)
    if screen is None:
        context = {
            "safety": _questions(),
            "written": _plan(request.episode) is not None,
            "warnings": flare_up.warning_signs(),
        }
        return render(request, "patients/bad_days/before.html", context)
    bad_day = getattr(screen, "bad_day", None)
    if bad_day is None:
        if request.method == "POST":
            actions.begin(episode=request.episode, screen=screen, by=request.user)
            return redirect("my-bad-day")
        return render(request, "patients/bad_days/opening.html", {"opening": flare_up.opening()})
    bad_day.episode = request.episode
    form = CallForm.from_request(request)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved):
            actions.ask_for_call(
                bad_day=bad_day,
                body=form.cleaned_data["body"],
                by=request.user,
                submission=form.submission_key,
            )
        messages.info(request, _("Your clinic has your message and will telephone you when they can."))
        return redirect("my-bad-day")
    context = {
        "bad_day": bad_day,
        "parts": _parts(request.episode),
        "warnings": flare_up.warning_signs(),
        "form": form,
        "safety": _questions(),
    }
    return render(request, "patients/bad_days/today.html", context)


@programme_page(etmi=True)
def plan(request):
    """Write or change the plan for a bad day, best on a good one."""
    form = FlareUpPlanForm.from_request(request, written=_plan(request.episode))
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved):
            actions.write_plan(
                episode=request.episode, by=request.user, submission=form.submission_key, **form.texts
            )
        messages.info(request, _("Your plan for a bad day is saved."))
        return redirect("my-bad-day")
    return render(request, "patients/bad_days/plan.html", {"form": form})


def _screen_of_today(episode):
    """The newest safety answers of a bad day, when they were given today."""
    newest = (
        episode.safetyscreens.filter(occasion=OCCASION).select_related("bad_day").order_by("at", "pk").last()
    )
    if newest is None or timezone.localdate(newest.at) != timezone.localdate():
        return None
    return newest


def _questions() -> str:
    return f"{reverse('my-safety', args=[OCCASION])}?{urlencode({'next': reverse('my-bad-day')})}"


def _plan(episode):
    return episode.flareupplans.order_by("at", "pk").last()


def _parts(episode) -> list[tuple]:
    """Each part of the plan with the patient's own text; nothing while there is no plan."""
    written = _plan(episode)
    return [(part, getattr(written, part.id).splitlines()) for part in flare_up.parts()] if written else []
