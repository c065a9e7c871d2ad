"""One patient's journey on one screen, for a physiotherapist who has half a minute before the session."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from amble.care.assessments.models import Assessment
from amble.care.records.models import Episode
from amble.programme import beliefs, session_guide, stages, timetable
from amble.vocabulary import Arm, Stage

from . import progress, today
from .models import CheckIn, Contact, Experiment, FlareUpPlan, Goal, SafetyAlert, SafetyScreen, Story


@dataclass(frozen=True)
class StrongestBelief:
    belief: beliefs.Belief
    conviction: int
    first_conviction: int


@dataclass(frozen=True)
class Measures:
    assessment: Assessment
    state: timetable.AssessmentState
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """`confidence` and `importance` are 0-10, the newest of the measures and the check-ins; None: not told."""

    episode: Episode
    story: Story | None
    activities: list[str]
    belief: StrongestBelief | None
    experiment: Experiment | None
    stage: stages.StageWords | None
    importance: int | None
    confidence: int | None
    goal: Goal | None
    last_week: CheckIn | None
    flare_up_plan: FlareUpPlan | None
    alerts: list[SafetyAlert]
    last_screen: SafetyScreen | None
    contacts: list[Contact]
    lines: list[progress.Series]
    stuck: today.Stuck | None

    @property
    def etmi_sessions(self) -> int:
        return sum(contact.arm == Arm.ETMI for contact in self.contacts)

    @property
    def next_guide(self) -> int:
        return session_guide.suggested_session(self.etmi_sessions)

    @property
    def too_many_sessions(self) -> bool:
        return session_guide.too_many_sessions(len(self.contacts))

    @property
    def fourth_has_a_reason(self) -> bool:
        stage = self.stage.stage if self.stage else None
        return session_guide.needs_fourth_session(stage=stage, confidence=self.confidence, new_barrier=False)


def of(episode) -> Summary:
    """Everything a session begins with. The number of queries does not grow with the record."""
    scores = list(episode.scores.all())
    newest = {(score.instrument, score.scale): score for score in scores}
    last_week = episode.checkins.order_by("week").last()
    stage = newest.get(("stage", "stage"))
    found = today.stuck_among([episode], today=timezone.localdate())
    return Summary(
        episode=episode,
        story=episode.stories.last(),
        activities=[activity.name for activity in episode.valued_activities.all()],
        belief=_strongest(episode),
        experiment=episode.experiments.last(),
        stage=stages.words_for(list(Stage)[int(stage.value)]) if stage else None,
        importance=_whole(newest.get(("rulers", "importance"))),
        confidence=_confidence(newest.get(("rulers", "confidence")), last_week),
        goal=episode.goals.last(),
        last_week=last_week,
        flare_up_plan=episode.flareupplans.last(),
        alerts=list(episode.safetyalerts.filter(resolved_at__isnull=True)),
        last_screen=episode.safetyscreens.last(),
        contacts=list(episode.contacts.select_related("etmi", "by").order_by("number")),
        lines=progress.series(episode),
        stuck=found[0] if found else None,
    )


def measures_of(episode) -> list[Measures]:
    """Each visit's measures with their state today and how the answers came."""
    day = timezone.localdate()
    return [
        Measures(a, a.state(day), tuple(sorted({response.mode for response in a.responses.all()})))
        for a in episode.assessments.prefetch_related("responses")
    ]


def _strongest(episode) -> StrongestBelief | None:
    """The belief with the highest newest conviction; the first one rated wins a tie."""
    first, latest = {}, {}
    for belief_id, conviction in episode.beliefratings.values_list("belief", "conviction"):
        first.setdefault(belief_id, conviction)
        latest[belief_id] = conviction
    if not latest:
        return None
    strongest = max(latest, key=latest.get)
    return StrongestBelief(beliefs.belief(strongest), latest[strongest], first[strongest])


def _whole(score) -> int | None:
    return None if score is None else int(score.value)


def _confidence(ruler, week: CheckIn | None) -> int | None:
    if week is not None and (ruler is None or _day(week.at) >= ruler.day):
        return week.confidence
    return _whole(ruler)


def _day(at: datetime) -> date:
    return timezone.localdate(at)
