"""The patient's story, and the beliefs they test."""

from django.utils import timezone

from amble.care.assessments.actions import measures
from amble.care.audit.actions import action, record

from ..models import BeliefRating, Experiment, Story


@action
def tell(*, episode, going_on: str, worry: str, missing: str, by, activities=None) -> Story:
    """Keep the story as told now; earlier tellings stay."""
    story = Story.objects.create(episode=episode, going_on=going_on, worry=worry, missing=missing, by=by)
    if activities is not None:
        measures.name_activities(episode=episode, names=activities, by=by)
    record("story.told", by=by, patient=episode.patient, subject=story)
    return story


@action
def rate_beliefs(*, episode, convictions: dict[str, int], by) -> None:
    """Keep how sure the patient is of each belief, 0 to 10."""
    for belief, conviction in convictions.items():
        BeliefRating.objects.create(episode=episode, belief=belief, conviction=conviction, by=by)
    record("beliefs.rated", by=by, patient=episode.patient, subject=episode, beliefs=sorted(convictions))


@action
def plan_experiment(*, episode, belief: str, plan: str, prediction: str, by) -> Experiment:
    """The patient picks a belief, a small thing to try, and says what they think will happen."""
    experiment = Experiment.objects.create(
        episode=episode, belief=belief, plan=plan, prediction=prediction, by=by
    )
    record("experiment.planned", by=by, patient=episode.patient, subject=experiment, belief=belief)
    return experiment


@action
def record_experiment(*, experiment, happened: str, learned: str, conviction: int, by) -> None:
    """What did happen, what it taught, and how sure the patient is of the belief now."""
    experiment.done_at, experiment.happened, experiment.learned = timezone.now(), happened, learned
    experiment.save(update_fields=["done_at", "happened", "learned"])
    rate_beliefs(episode=experiment.episode, convictions={experiment.belief: conviction}, by=by)
    record("experiment.recorded", by=by, patient=experiment.episode.patient, subject=experiment)
