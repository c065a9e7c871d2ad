"""The demo's patients, played forward week by week through the same actions that the pages use."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from amble.care.assessments.actions import measures
from amble.care.journey.actions import bad_days, contacts, referrals, safety, story, weeks
from amble.care.records.actions import consents, invitations
from amble.programme import consent, fidelity, messages
from amble.programme import safety as safety_rules
from amble.vocabulary import Arm, Modality, Mode, Visit

from .demo_time import let_time_pass


@dataclass(frozen=True)
class Health:
    """How a demo patient answers: pain and fear 0-10, sentences of the RMDQ ticked, stage, confidence."""

    pain: int
    ticks: int
    fear: int
    mood: int
    activity: str
    stage: str
    confidence: int


AT_START = Health(pain=6, ticks=13, fear=7, mood=1, activity="none", stage="contemplation", confidence=5)
AFTER_WEEKS = Health(pain=5, ticks=7, fear=3, mood=0, activity="3+", stage="action", confidence=8)


def make(*, clinic, physiotherapist, today: date) -> None:
    """A few patients, each somewhere else on the way."""
    _clear_referral(clinic, physiotherapist)
    _flagged_referral(clinic, physiotherapist)
    _in_week(6, clinic, physiotherapist)
    _stuck(clinic, physiotherapist)
    _usual_care(clinic, physiotherapist)
    _discharged(clinic, physiotherapist)


def _patient(clinic, physiotherapist, name: str, **details):
    """A referred patient who accepted the invitation and agreed."""
    slug = name.lower().replace(",", "").replace(" ", ".")
    patient = referrals.refer(
        clinic=clinic,
        name=name,
        email=f"{slug}@demo.example",
        birth_date=details.pop("birth_date", date(1970, 3, 4)),
        sex=details.pop("sex", "female"),
        symptom_months=details.pop("symptom_months", 9),
        referred_on=timezone.localdate(),
        by=physiotherapist,
    )
    invitations.invite(patient=patient, by=physiotherapist)
    text = consent.current()
    consents.decide(
        patient=patient, version=text.version, agreed={c.id: True for c in text.choices}, by=patient.user
    )
    return patient


def _clear_referral(clinic, physiotherapist) -> None:
    patient = _patient(clinic, physiotherapist, "Demo referral, all clear", sex="male")
    _answer_safety(patient)
    _tell_story(patient)
    let_time_pass(1, patient)


def _flagged_referral(clinic, physiotherapist) -> None:
    patient = _patient(clinic, physiotherapist, "Demo referral, one answer to look at", symptom_months=None)
    _answer_safety(patient, "past-cancer")


def _in_week(number: int, clinic, physiotherapist) -> None:
    patient = _patient(clinic, physiotherapist, "Demo patient, week six")
    episode = _begin(patient, physiotherapist, Arm.ETMI)
    done = [(2, 6, 6, 6), (3, 6, 5, 7), (2, 5, 5, 7), (3, 5, 4, 8), (4, 4, 3, 8)]
    for week, (days, pain, held_back, confidence) in enumerate(done, start=1):
        let_time_pass(7, patient)
        episode = patient.episodes.get()
        _tell_week(episode, week, days, pain, held_back, confidence)
        if week == 2:
            _etmi_session(episode, physiotherapist, guide_session=2)
            _finish_experiment(episode)
    let_time_pass(7 * number - 7 * len(done), patient)


def _stuck(clinic, physiotherapist) -> None:
    patient = _patient(
        clinic, physiotherapist, "Demo patient, stuck", sex="male", birth_date=date(1961, 9, 30)
    )
    episode = _begin(patient, physiotherapist, Arm.ETMI)
    for week, confidence in ((1, 7), (2, 5)):
        let_time_pass(7, patient)
        _tell_week(patient.episodes.get(), week, 1, 6, 6, confidence)
    let_time_pass(22, patient)
    assert episode.pk


def _usual_care(clinic, physiotherapist) -> None:
    patient = _patient(clinic, physiotherapist, "Demo patient, usual care", birth_date=date(1983, 12, 11))
    _begin(patient, physiotherapist, Arm.USUAL_CARE)
    for _ in range(3):
        contacts.record_usual_care(
            episode=patient.episodes.get(),
            day=timezone.localdate(),
            minutes=30,
            modalities=[Modality.EXERCISE, Modality.MANUAL_THERAPY],
            by=physiotherapist,
        )
        let_time_pass(7, patient)


def _discharged(clinic, physiotherapist) -> None:
    patient = _patient(clinic, physiotherapist, "Demo patient, discharged", birth_date=date(1955, 1, 20))
    _begin(patient, physiotherapist, Arm.ETMI)
    let_time_pass(35, patient)
    episode = patient.episodes.get()
    _etmi_session(episode, physiotherapist, guide_session=2)
    _etmi_session(episode, physiotherapist, guide_session=3)
    bad_days.write_plan(
        episode=episode,
        in_48_hours="Keep moving gently. Warm shower. Short walks round the block.",
        keep_doing="My walk, even if shorter.",
        seek_help="If it feels quite different from my usual back pain.",
        by=patient.user,
    )
    referrals.discharge(episode=episode, on=timezone.localdate(), by=physiotherapist)
    fill(
        episode.assessments.get(visit=Visit.DISCHARGE),
        AFTER_WEEKS,
        mode=Mode.CLINIC_TABLET,
        by=physiotherapist,
    )
    let_time_pass(56, patient)


def _begin(patient, physiotherapist, arm: Arm):
    """Safety, story, first measures, and the first session."""
    _answer_safety(patient)
    _tell_story(patient)
    fill(patient.episodes.get().assessments.get(visit=Visit.BASELINE), AT_START, by=patient.user)
    episode = patient.episodes.get()
    referrals.start(
        episode=episode,
        arm=arm,
        reason="Wants to be active again" if arm is Arm.ETMI else "Asked for hands-on treatment",
        clinician=physiotherapist,
        on=timezone.localdate(),
        by=physiotherapist,
    )
    if arm is Arm.ETMI:
        by = patient.user
        story.rate_beliefs(episode=episode, convictions={"bending-harms": 8, "pain-means-harm": 7}, by=by)
        story.plan_experiment(
            episode=episode,
            belief="bending-harms",
            plan="Pick up a pen from the floor, slowly, three times.",
            prediction="It will hurt a lot and I will not get up again.",
            by=by,
        )
        _etmi_session(episode, physiotherapist, guide_session=1)
        weeks.choose_goal(
            episode=episode,
            activity="brisk-walking",
            activity_name="Brisk walking",
            days_per_week=2,
            minutes=10,
            when="after breakfast",
            where="round the park near my home",
            with_whom="a neighbour",
            barrier="Rain",
            if_then="If it rains, I walk in the shopping centre.",
            confidence=7,
            by=by,
        )
    return episode


def _answer_safety(patient, *yes: str) -> None:
    answers = {question.id: question.id in yes for question in safety_rules.questions()}
    safety.answer(episode=patient.episodes.get(), occasion="start", answers=answers, by=patient.user)


def _tell_story(patient) -> None:
    story.tell(
        episode=patient.episodes.get(),
        going_on="My back has hurt since I moved house. Sitting is the worst.",
        worry="That one wrong move will make it worse for good.",
        missing="Walking with my friends on Sunday, and the garden.",
        activities=["Walking with friends", "Gardening"],
        by=patient.user,
    )


def _tell_week(episode, week, days, pain, held_back, confidence) -> None:
    by = episode.patient.user
    weeks.check_in(
        episode=episode,
        week=week,
        days_done=days,
        minutes_done=15,
        pain=pain,
        held_back=held_back,
        confidence=confidence,
        anything_new=False,
        by=by,
    )
    goal = episode.goals.last()
    if goal and (suggestion := weeks.suggest(episode)):
        weeks.choose_goal(
            episode=episode,
            suggestion=suggestion,
            activity=goal.activity,
            activity_name=goal.activity_name,
            days_per_week=suggestion.goal.days_per_week,
            minutes=suggestion.goal.minutes,
            when=goal.when,
            where=goal.where,
            with_whom=goal.with_whom,
            barrier=goal.barrier,
            if_then=goal.if_then,
            confidence=confidence,
            by=by,
        )


def _finish_experiment(episode) -> None:
    story.record_experiment(
        experiment=episode.experiments.get(done_at=None),
        happened="It pulled a little. I got up each time.",
        learned="Bending is uncomfortable, not dangerous.",
        conviction=4,
        by=episode.patient.user,
    )


def _etmi_session(episode, physiotherapist, *, guide_session: int) -> None:
    items = fidelity.checklist(guide_session).items
    contacts.record_etmi(
        episode=episode,
        day=timezone.localdate(),
        minutes=40 if guide_session == 1 else 25,
        modalities=[
            Modality.REASSURANCE,
            Modality.BELIEF_WORK,
            Modality.ACTIVITY_PLANNING,
            Modality.EXPOSURE,
        ],
        guide_session=guide_session,
        marks={item.id: 1 if index % 6 == 0 else 2 for index, item in enumerate(items)},
        breaches=[],
        messages_given=[message.id for message in messages.core_messages()],
        walk_done=True,
        walk_minutes=6,
        predicted="Pain 8 and I will have to stop",
        actual="Pain went from 5 to 6, did not have to stop",
        pain_before=5,
        pain_after=6,
        fear_before=7,
        fear_after=4,
        by=physiotherapist,
    )


def fill(assessment, health: Health, *, by, mode: Mode = Mode.OWN_DEVICE) -> None:
    """Answer and send every instrument of an assessment as this health would have it."""
    for instrument in measures.instruments_of(assessment):
        answers = _answers(instrument, health, assessment.episode)
        measures.answer(assessment=assessment, instrument=instrument.id, answers=answers, mode=mode, by=by)
        measures.submit(assessment=assessment, instrument=instrument.id, mode=mode, by=by)


def _answers(instrument, health: Health, episode) -> dict[str, object]:
    ids = [item.id for item in instrument.items]
    match instrument.id:
        case "pain_nrs":
            return dict.fromkeys(ids, health.pain)
        case "rmdq":
            return {item_id: index < health.ticks for index, item_id in enumerate(ids)}
        case "fear_of_activity":
            return dict.fromkeys(ids, health.fear)
        case "phq4":
            return dict.fromkeys(ids, health.mood)
        case "activity_level":
            return dict.fromkeys(ids, health.activity)
        case "stage":
            return dict.fromkeys(ids, health.stage)
        case "rulers":
            return dict.fromkeys(ids, health.confidence)
        case "psfs":
            return dict.fromkeys(measures.expected_items(episode, instrument), 10 - health.fear)
        case _:
            best = max(len(instrument.items[0].options) - 2, 0)
            return {item.id: item.options[best].value for item in instrument.items}
