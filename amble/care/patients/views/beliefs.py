"""What the patient believes about their back, how sure they are of it, and the small tests they make of it."""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from amble.care.audit.actions import AlreadySaved
from amble.care.journey import charts
from amble.care.journey.actions import story as actions
from amble.care.journey.models import BeliefRating
from amble.programme import beliefs

from ..forms.beliefs import ChooseBeliefs, PlanExperiment, RateBeliefs, RecordExperiment
from ..gate import programme_page

AT_ONCE = 3
"""Beliefs rated on one page."""


@dataclass(frozen=True)
class Held:
    """A belief the patient rated, the first rating first."""

    belief: beliefs.Belief
    ratings: list[BeliefRating]


@programme_page(etmi=True)
def mine(request):
    """The beliefs I rated, the strongest first, and the experiments that wait."""
    ratings: dict[str, list] = {}
    for rating in request.episode.beliefratings.order_by("at", "pk"):
        ratings.setdefault(rating.belief, []).append(rating)
    held = [Held(belief, ratings[belief.id]) for belief in beliefs.all_beliefs() if belief.id in ratings]
    held.sort(key=lambda each: -each.ratings[-1].conviction)
    others = [belief for belief in beliefs.all_beliefs() if belief.id not in ratings]
    known = {belief.id: belief for belief in beliefs.all_beliefs()}
    waiting = request.episode.experiments.filter(done_at=None, belief__in=known).order_by("at", "pk")
    context = {"held": held, "others": others, "waiting": [(e, known[e.belief]) for e in waiting]}
    return render(request, "patients/beliefs/mine.html", context)


@programme_page(etmi=True)
def rate(request):
    """Choose the thoughts that are one's own, then say how sure one is of each, a few on a page."""
    chosen = [_belief(each) for each in dict.fromkeys(request.GET.getlist("belief"))]
    if not chosen:
        form = ChooseBeliefs(request.GET) if "chosen" in request.GET else ChooseBeliefs()
        return render(request, "patients/beliefs/choose.html", {"form": form})
    now, later = chosen[:AT_ONCE], chosen[AT_ONCE:]
    form = RateBeliefs.from_request(request, rated=now)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved):
            actions.rate_beliefs(
                episode=request.episode,
                convictions=form.convictions,
                by=request.user,
                submission=form.submission_key,
            )
        if later:
            return redirect(f"{reverse('my-beliefs-rate')}?{urlencode([('belief', b.id) for b in later])}")
        messages.info(request, _("Thank you. Pick one thought that you would like to test."))
        return redirect("my-beliefs")
    return render(request, "patients/beliefs/rate.html", {"form": form, "later": later})


@programme_page(etmi=True)
def one(request, belief_id: str):
    """One belief: why it does not hold, a small thing to try, and how sure I was over time."""
    belief = _belief(belief_id)
    ratings = list(request.episode.beliefratings.filter(belief=belief.id).order_by("at", "pk"))
    context = {
        "belief": belief,
        "ratings": ratings,
        "chart": _chart(ratings),
        "experiments": request.episode.experiments.filter(belief=belief.id).order_by("-at", "-pk"),
    }
    return render(request, "patients/beliefs/one.html", context)


@programme_page(etmi=True)
def new_experiment(request, belief_id: str):
    """What I will try, and what I think will happen."""
    belief = _belief(belief_id)
    form = PlanExperiment.from_request(request)
    if request.method == "POST" and form.is_valid():
        with suppress(AlreadySaved):
            actions.plan_experiment(
                episode=request.episode,
                belief=belief.id,
                plan=form.cleaned_data["plan"],
                prediction=form.cleaned_data["prediction"],
                by=request.user,
                submission=form.submission_key,
            )
        messages.info(request, _("Your experiment is saved. Come back when you have tried it."))
        return redirect("my-belief", belief_id=belief.id)
    return render(request, "patients/beliefs/new_experiment.html", {"form": form, "belief": belief})


@programme_page(etmi=True)
def experiment(request, experiment_id: int):
    """What did happen. An experiment is recorded once; after that it can be read."""
    found = get_object_or_404(request.episode.experiments, pk=experiment_id)
    belief = _belief(found.belief)
    if found.done_at:
        return render(request, "patients/beliefs/experiment.html", {"experiment": found, "belief": belief})
    form = RecordExperiment.from_request(request)
    if request.method == "POST" and form.is_valid():
        answers = {name: form.cleaned_data[name] for name in ("happened", "learned", "conviction")}
        found.episode = request.episode
        with suppress(AlreadySaved):
            actions.record_experiment(
                experiment=found, by=request.user, submission=form.submission_key, **answers
            )
        return redirect("my-belief", belief_id=belief.id)
    context = {"experiment": found, "belief": belief, "form": form}
    return render(request, "patients/beliefs/record_experiment.html", context)


def _belief(belief_id: str) -> beliefs.Belief:
    try:
        return beliefs.belief(belief_id)
    except KeyError:
        raise Http404 from None


def _chart(ratings: list[BeliefRating]) -> str:
    return charts.ratings_chart(
        [(timezone.localdate(rating.at), rating.conviction) for rating in ratings],
        title=_("How sure I was of this thought over time. The numbers are in the table below."),
    )
